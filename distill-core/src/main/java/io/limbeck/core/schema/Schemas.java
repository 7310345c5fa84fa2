package io.limbeck.core.schema;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * Makes a JSON Schema (draft 2020-12) from config records. A family of types, told apart by one key
 * (Jackson's {@code @JsonTypeInfo.property}), becomes a list of names and one {@code if / then} a
 * name, so that a checker complains about the type that was meant and not about all of them.
 */
public final class Schemas {
  /** Attribute of ours: what a null in a file stands for. */
  static final String IF_NULL = "x-if-null";

  /** Attribute of ours: another name of the key. */
  static final String ALIAS = "x-alias";

  /** Why a key of the reference has no effect, for the message that refuses it. */
  static final String NO_EFFECT = "x-no-effect";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Families families;

  private Schemas(Families families) {
    this.families = families;
  }

  /**
   * The schema of a record.
   *
   * @param root the record of the whole file
   * @param families the members of open families
   * @return a new tree
   */
  public static ObjectNode schemaOf(Class<? extends Record> root, Families families) {
    return new Schemas(families).schema(root);
  }

  private ObjectNode schema(Class<? extends Record> root) {
    SchemaGeneratorConfigBuilder builder =
        new SchemaGeneratorConfigBuilder(
                MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(
                Option.DEFINITIONS_FOR_ALL_OBJECTS,
                Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES);
    builder
        .forFields()
        .withPropertyNameOverrideResolver(field -> name(field.getDeclaredName()))
        .withRequiredCheck(field -> isRequired(field.getAnnotation(Key.class)))
        .withDescriptionResolver(Schemas::description)
        .withInstanceAttributeOverride((node, field, context) -> describe(node, field));
    builder
        .forTypesInGeneral()
        .withCustomDefinitionProvider(Schemas::enumeration)
        .withCustomDefinitionProvider(Schemas::oneOrMany)
        .withCustomDefinitionProvider(this::family)
        .withTypeAttributeOverride((node, scope, context) -> addTypeKey(node, scope.getType()));
    ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(root);
    allowSchemaKey(schema, name(root.getSimpleName()));
    return schema;
  }

  /**
   * Editors find the schema through a {@code $schema} key in the file, so the file may have one.
   */
  private static void allowSchemaKey(ObjectNode schema, String title) {
    schema.put("title", title);
    ((ObjectNode) schema.get("properties")).putObject("$schema").put("type", "string");
  }

  private static String name(String component) {
    return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component);
  }

  private static boolean isRequired(Key key) {
    return key != null && key.def().isEmpty() && !key.optional();
  }

  private static String description(FieldScope field) {
    Key key = field.getAnnotation(Key.class);
    return key == null || field.isFakeContainerItemScope() ? null : key.value();
  }

  private static void describe(ObjectNode node, FieldScope field) {
    Key key = field.getAnnotation(Key.class);
    if (key == null || field.isFakeContainerItemScope()) {
      return;
    }
    // A reference takes no siblings from the generator's own resolvers, hence all attributes are
    // put here.
    if (!key.def().isEmpty()) {
      node.set("default", parse(key.def()));
    }
    if (!key.alias().isEmpty()) {
      node.put(ALIAS, key.alias());
    }
    if (!key.ifNull().isEmpty()) {
      node.set(IF_NULL, parse(key.ifNull()));
    }
    putBound(node, "minimum", key.min());
    putBound(node, "exclusiveMinimum", key.above());
    putBound(node, "maximum", key.max());
    if (key.minItems() > 0) {
      node.put(
          field.getType().isInstanceOf(Map.class) ? "minProperties" : "minItems", key.minItems());
    }
  }

  private static void putBound(ObjectNode node, String attribute, double bound) {
    if (Double.isFinite(bound)) {
      node.put(attribute, BigDecimal.valueOf(bound));
    }
  }

  private static CustomDefinition enumeration(ResolvedType type, SchemaGenerationContext context) {
    if (!type.getErasedType().isEnum()) {
      return null;
    }
    ObjectNode node = MAPPER.createObjectNode();
    var names = node.putArray("enum");
    for (Object constant : type.getErasedType().getEnumConstants()) {
      names.add(MAPPER.valueToTree(constant));
    }
    return inline(node);
  }

  private static CustomDefinition inline(ObjectNode node) {
    return new CustomDefinition(
        node, CustomDefinition.DefinitionType.INLINE, CustomDefinition.AttributeInclusion.YES);
  }

  /** A record of one list that a file may write without its brackets when it has one entry. */
  private static CustomDefinition oneOrMany(ResolvedType type, SchemaGenerationContext context) {
    Class<?> raw = type.getErasedType();
    if (!raw.isAnnotationPresent(OneOrMany.class)) {
      return null;
    }
    ResolvedType item =
        context.getTypeContext().resolve(raw.getAnnotation(OneOrMany.class).value());
    ObjectNode node = MAPPER.createObjectNode();
    node.putObject("if").put("type", "array");
    ObjectNode list = node.putObject("then").put("type", "array").put("minItems", 1);
    // The generator fills in references at its end, so each place needs one of its own.
    list.set("items", context.createDefinitionReference(item));
    node.set("else", context.createDefinitionReference(item));
    return new CustomDefinition(
        node, CustomDefinition.DefinitionType.INLINE, CustomDefinition.AttributeInclusion.NO);
  }

  private CustomDefinition family(ResolvedType type, SchemaGenerationContext context) {
    Class<?> raw = type.getErasedType();
    Map<String, Class<?>> members = families.members(raw);
    if (members.isEmpty()) {
      return null;
    }
    String discriminator = discriminator(raw);
    ObjectNode node = MAPPER.createObjectNode().put("type", "object");
    node.putArray("required").add(discriminator);
    ObjectNode typeKey = node.putObject("properties").putObject(discriminator);
    var names = typeKey.putArray("enum");
    var branches = node.putArray("allOf");
    members.forEach(
        (name, member) -> {
          names.add(name);
          ObjectNode branch = branches.addObject();
          ObjectNode condition = branch.putObject("if");
          condition.putArray("required").add(discriminator);
          condition.putObject("properties").putObject(discriminator).put("const", name);
          branch.set(
              "then", context.createDefinitionReference(context.getTypeContext().resolve(member)));
        });
    return new CustomDefinition(
        node, CustomDefinition.DefinitionType.STANDARD, CustomDefinition.AttributeInclusion.NO);
  }

  /** A member of a family holds the key that names it, even one that has no other keys. */
  private void addTypeKey(ObjectNode node, ResolvedType type) {
    Class<?> raw = type.getErasedType();
    if (!raw.isRecord()) {
      return;
    }
    for (Class<?> family : families.of(raw)) {
      List<String> names = families.names(family, raw);
      ObjectNode typeKey = node.withObject("/properties").putObject(discriminator(family));
      if (names.size() == 1) {
        typeKey.put("const", names.get(0));
      } else {
        names.forEach(typeKey.putArray("enum")::add);
      }
      addNoEffects(node, family);
    }
    addNoEffects(node, raw);
  }

  private static void addNoEffects(ObjectNode node, Class<?> type) {
    for (NoEffect each : type.getAnnotationsByType(NoEffect.class)) {
      ObjectNode key = node.withObject("/properties").putObject(each.key());
      key.set("enum", parse(each.allowed()));
      key.put("description", "The reference's key, which changes nothing here: " + each.why());
      key.put(NO_EFFECT, each.why());
    }
  }

  private static String discriminator(Class<?> family) {
    return family.getAnnotation(JsonTypeInfo.class).property();
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A @Key default is not JSON: " + json, e);
    }
  }
}
