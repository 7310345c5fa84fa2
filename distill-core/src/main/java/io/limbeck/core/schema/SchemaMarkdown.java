package io.limbeck.core.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * A JSON Schema of {@link Schemas} as a page for people: a table for every block, blocks linked to
 * each other.
 */
public final class SchemaMarkdown {
  private static final String REFERENCE = "#/$defs/";

  private final JsonNode schema;
  private final StringBuilder page = new StringBuilder();

  private SchemaMarkdown(JsonNode schema) {
    this.schema = schema;
  }

  /**
   * The page.
   *
   * @param schema of the whole file
   * @param introduction what stands above the tables
   */
  public static String of(JsonNode schema, String introduction) {
    SchemaMarkdown markdown = new SchemaMarkdown(schema);
    markdown.page.append(introduction).append("\n\n## The file\n\n");
    markdown.table(schema);
    markdown.families();
    return markdown.page.toString();
  }

  /** Families first name their members, then each member has its table; the rest follows. */
  private void families() {
    Set<String> written = new HashSet<>();
    for (Map.Entry<String, JsonNode> definition : schema.path("$defs").properties()) {
      if (definition.getValue().has("allOf")) {
        family(definition.getKey(), definition.getValue(), written);
      }
    }
    for (Map.Entry<String, JsonNode> definition : schema.path("$defs").properties()) {
      if (!definition.getValue().has("allOf")
          && definition.getValue().has("properties")
          && !definition.getKey().startsWith("Map(")
          && written.add(definition.getKey())) {
        page.append("## ").append(definition.getKey()).append("\n\n");
        table(definition.getValue());
      }
    }
  }

  private void family(String name, JsonNode family, Set<String> written) {
    String discriminator = family.path("required").path(0).asText();
    page.append("## ")
        .append(name)
        .append("\n\nOne of, told apart by `")
        .append(discriminator)
        .append("`:\n\n");
    written.add(name);
    List<String> members = new ArrayList<>();
    for (JsonNode branch : family.get("allOf")) {
      members.add(branch.at("/then/$ref").asText().substring(REFERENCE.length()));
    }
    List<String> values = new ArrayList<>();
    family.at("/properties/" + discriminator + "/enum").forEach(each -> values.add(each.asText()));
    for (int i = 0; i < members.size(); i++) {
      String value = values.get(i);
      page.append("### ").append(name).append(" `").append(value).append("`\n\n");
      if (written.add(members.get(i))) {
        table(schema.path("$defs").path(members.get(i)));
      } else {
        String first = values.get(members.indexOf(members.get(i)));
        page.append("The same as `").append(first).append("`.\n\n");
      }
    }
  }

  private void table(JsonNode block) {
    List<String> required = new ArrayList<>();
    block.path("required").forEach(name -> required.add(name.asText()));
    StringJoiner rows = new StringJoiner("\n");
    for (Map.Entry<String, JsonNode> property : block.path("properties").properties()) {
      JsonNode rule = property.getValue();
      if (!rule.has("const") && !property.getKey().equals("$schema")) {
        rows.add(
            "| `%s` | %s | %s | %s |"
                .formatted(
                    property.getKey(),
                    type(rule),
                    byDefault(rule, required.contains(property.getKey())),
                    rule.path("description").asText() + range(rule)));
      }
    }
    if (rows.length() == 0) {
      page.append("No keys of its own.\n\n");
    } else {
      page.append("| key | type | default | meaning |\n|---|---|---|---|\n")
          .append(rows)
          .append("\n\n");
    }
  }

  private static String byDefault(JsonNode rule, boolean required) {
    return rule.has("default") ? "`" + rule.get("default") + "`" : required ? "required" : "none";
  }

  private static String range(JsonNode rule) {
    StringJoiner range = new StringJoiner(", ", " (", ")").setEmptyValue("");
    bound(rule, "minimum", ">=", range);
    bound(rule, "exclusiveMinimum", ">", range);
    bound(rule, "maximum", "<=", range);
    return range.toString();
  }

  private static void bound(JsonNode rule, String attribute, String sign, StringJoiner range) {
    if (rule.has(attribute)) {
      range.add(
          sign + " " + rule.get(attribute).decimalValue().stripTrailingZeros().toPlainString());
    }
  }

  private String type(JsonNode rule) {
    if (rule.path("additionalProperties").isObject()) {
      return "name → " + type(rule.get("additionalProperties"));
    }
    if (rule.has("$ref")) {
      String name = rule.get("$ref").asText().substring(REFERENCE.length());
      if (name.startsWith("Map(")) {
        // Maps have no part of the page of their own.
        return "name → " + type(schema.path("$defs").path(name).path("additionalProperties"));
      }
      return "[" + name + "](#" + name.toLowerCase(java.util.Locale.ROOT) + ")";
    }
    if (rule.has("enum")) {
      StringJoiner values = new StringJoiner(", ");
      rule.get("enum")
          .forEach(value -> values.add("`" + (value.isTextual() ? value.asText() : value) + "`"));
      return values.toString();
    }
    if (rule.path("type").asText().equals("array")) {
      return "list of " + type(rule.path("items"));
    }
    if (rule.path("allOf").path(0).has("$ref")) {
      return type(rule.path("allOf").path(0));
    }
    return rule.has("type") ? rule.get("type").asText() : "any value";
  }
}
