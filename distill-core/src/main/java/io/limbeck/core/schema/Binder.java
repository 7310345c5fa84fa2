package io.limbeck.core.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.limbeck.core.error.UserException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns a tree into a record: defaults filled, checked against the record's JSON Schema, bound by
 * Jackson.
 *
 * @param <T> the record
 */
public final class Binder<T extends Record> {
  /** One that knows our own attributes; it would log a warning at each of them otherwise. */
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V202012,
          factory ->
              factory.metaSchema(
                  JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                      .keywords(
                          Stream.of(Schemas.IF_NULL, Schemas.ALIAS, Schemas.NO_EFFECT)
                              .map(NonValidationKeyword::new)
                              .toList())
                      .build()));

  private final Class<T> type;
  private final Families families;
  private final ObjectMapper mapper;
  private final ObjectNode schemaTree;
  private final JsonSchema schema;

  /**
   * A binder for one record.
   *
   * @param type the record of the whole file
   * @param families the members of open families
   */
  public Binder(Class<T> type, Families families) {
    this.type = type;
    this.families = families;
    this.mapper = mapper(families);
    this.schemaTree = Schemas.schemaOf(type, families);
    this.schema =
        FACTORY.getSchema(
            schemaTree, SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build());
  }

  private static ObjectMapper mapper(Families families) {
    ObjectMapper mapper =
        JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    families.register(mapper);
    return mapper;
  }

  /**
   * Binds a tree.
   *
   * @param tree what the file says; not changed
   * @return the record
   * @throws UserException with every problem found: unknown keys, wrong types, values out of range,
   *     missing keys
   */
  public T bind(ObjectNode tree) {
    Families known = new ClassNames(families).in(tree);
    return known == families ? bindKnown(tree) : new Binder<>(type, known).bindKnown(tree);
  }

  private T bindKnown(ObjectNode tree) {
    ObjectNode filled = tree.deepCopy();
    new Defaults(schemaTree).fill(filled);
    List<String> problems = new Problems(schemaTree, filled).of(schema.validate(filled));
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
    try {
      return mapper.treeToValue(filled, type);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof UserException userError) {
        throw userError;
      }
      throw new IllegalStateException("The schema lets pass what the record does not take", e);
    }
  }

  /** The record as a tree, every key written out, in the file's own spelling. */
  public JsonNode toTree(T value) {
    return mapper.valueToTree(value);
  }
}
