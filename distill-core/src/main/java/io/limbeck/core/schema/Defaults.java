package io.limbeck.core.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Fills what a file leaves out with the schema's defaults, so that defaults pass the same checks as
 * written values.
 */
final class Defaults {
  private final JsonNode schema;

  Defaults(JsonNode schema) {
    this.schema = schema;
  }

  /** Fills {@code value} in place. */
  void fill(JsonNode value) {
    fill(value, schema);
  }

  private void fill(JsonNode value, JsonNode rule) {
    JsonNode resolved = branch(value, resolve(rule));
    if (value instanceof ObjectNode object) {
      fillObject(object, resolved);
    } else if (value.isArray()) {
      value.forEach(item -> fill(item, resolved.path("items")));
    }
  }

  /** What may be one entry or a list of them has a rule for each. */
  private JsonNode branch(JsonNode value, JsonNode rule) {
    return rule.path("if").has("type")
        ? resolve(rule.get(value.isArray() ? "then" : "else"))
        : rule;
  }

  private void fillObject(ObjectNode object, JsonNode rule) {
    for (Map.Entry<String, JsonNode> property : rule.path("properties").properties()) {
      rename(object, property);
      JsonNode byDefault = property.getValue().get("default");
      JsonNode given = object.get(property.getKey());
      JsonNode ifNull = property.getValue().get(Schemas.IF_NULL);
      if (ifNull != null && given != null && given.isNull()) {
        object.set(property.getKey(), ifNull.deepCopy());
      } else if (given != null && given.isNull() && isOptional(property, rule)) {
        object.remove(property.getKey());
      } else if (byDefault != null && given == null) {
        object.set(property.getKey(), byDefault.deepCopy());
      } else if (byDefault != null && given instanceof ObjectNode block) {
        nameKind(block, byDefault, resolve(property.getValue()));
      }
    }
    for (JsonNode branch : rule.path("allOf")) {
      if (branch.has("if") ? matches(object, branch.get("if")) : branch.has("$ref")) {
        fillObject(object, resolve(branch.has("then") ? branch.get("then") : branch));
      }
    }
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      JsonNode known = rule.path("properties").path(member.getKey());
      fill(member.getValue(), known.isMissingNode() ? rule.path("additionalProperties") : known);
    }
  }

  private static void rename(ObjectNode object, Map.Entry<String, JsonNode> property) {
    String alias = property.getValue().path(Schemas.ALIAS).asText();
    if (object.has(alias) && !object.has(property.getKey())) {
      object.set(property.getKey(), object.remove(alias));
    }
  }

  /** A null for a key that may be left out leaves it out. */
  private static boolean isOptional(Map.Entry<String, JsonNode> property, JsonNode rule) {
    for (JsonNode required : rule.path("required")) {
      if (required.asText().equals(property.getKey())) {
        return false;
      }
    }
    return !property.getValue().has("default");
  }

  /** A block that does not say of which type it is, is of the default's type. */
  private static void nameKind(ObjectNode block, JsonNode byDefault, JsonNode family) {
    for (JsonNode discriminator :
        family.has("allOf") ? family.path("required") : family.path("none")) {
      String key = discriminator.asText();
      if (!block.has(key) && byDefault.has(key)) {
        block.set(key, byDefault.get(key));
      }
    }
  }

  private static boolean matches(JsonNode object, JsonNode condition) {
    return condition.path("properties").properties().stream()
        .allMatch(
            property -> property.getValue().get("const").equals(object.get(property.getKey())));
  }

  private JsonNode resolve(JsonNode rule) {
    JsonNode reference = rule.get("$ref");
    if (reference != null) {
      return resolve(schema.at(reference.asText().substring(1)));
    }
    return rule;
  }
}
