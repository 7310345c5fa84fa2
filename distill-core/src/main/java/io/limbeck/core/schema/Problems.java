package io.limbeck.core.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import io.limbeck.core.error.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Says what a schema check found in the words of a config file: dotted key, value found, what is
 * allowed.
 */
final class Problems {
  private static final int LISTED_AT_MOST = 8;

  private final JsonNode schema;
  private final JsonNode value;

  Problems(JsonNode schema, JsonNode value) {
    this.schema = schema;
    this.value = value;
  }

  List<String> of(Collection<ValidationMessage> messages) {
    return messages.stream().map(this::say).distinct().toList();
  }

  private String say(ValidationMessage message) {
    String pointer = message.getInstanceLocation().toString();
    String key = dotted(pointer);
    JsonNode rule = schema.at(message.getSchemaLocation().getFragment().toString());
    return switch (message.getType()) {
      case "additionalProperties" -> unknownKey(key, message);
      case "required" -> missingKey(key, message);
      case "type" -> found(key, pointer) + " but must be " + article(rule.asText());
      case "enum" -> notAmong(key, pointer, rule, reason(message));
      case "minimum" -> found(key, pointer) + " but must be >= " + number(rule);
      case "exclusiveMinimum" -> found(key, pointer) + " but must be > " + number(rule);
      case "maximum" -> found(key, pointer) + " but must be <= " + number(rule);
      case "minItems", "minProperties" ->
          quote(key) + " must have at least " + rule.asText() + " entries";
      default -> quote(key) + ": " + message.getMessage();
    };
  }

  private String unknownKey(String parent, ValidationMessage message) {
    for (Map.Entry<String, JsonNode> key : rulesOf(message).properties()) {
      if (key.getValue().path(Schemas.ALIAS).asText().equals(message.getProperty())) {
        return "%s is another name of %s, which is there too: leave one out"
            .formatted(
                quote(join(parent, message.getProperty())), quote(join(parent, key.getKey())));
      }
    }
    List<String> known = keysBeside(message);
    return quote(join(parent, message.getProperty()))
        + " is not a key of "
        + (parent.isEmpty() ? "the file" : quote(parent))
        + ", "
        + Names.suggestion(message.getProperty(), known);
  }

  private String missingKey(String parent, ValidationMessage message) {
    String description = rulesOf(message).path(message.getProperty()).path("description").asText();
    String allowed =
        rulesOf(message).path(message.getProperty()).path("enum").isMissingNode()
            ? ""
            : oneOf(message);
    return quote(join(parent, message.getProperty()))
        + " is missing"
        + (description.isEmpty() ? "" : ": " + lowerFirst(description))
        + allowed;
  }

  /** Begins a description in small letters, unless it begins with an abbreviation. */
  private static String lowerFirst(String text) {
    boolean abbreviation = text.length() > 1 && Character.isUpperCase(text.charAt(1));
    return abbreviation ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private String oneOf(ValidationMessage message) {
    List<String> names = texts(rulesOf(message).path(message.getProperty()).path("enum"));
    return ": must be one of "
        + (names.size() > LISTED_AT_MOST
            ? String.join(", ", names.subList(0, LISTED_AT_MOST))
                + " and %d more, all in docs/config.md".formatted(names.size() - LISTED_AT_MOST)
            : String.join(", ", names));
  }

  /** Why a key of the reference has no effect, if the rule is about such a one. */
  private String reason(ValidationMessage message) {
    String fragment = message.getSchemaLocation().getFragment().toString();
    JsonNode why =
        schema.at(fragment.substring(0, fragment.lastIndexOf('/'))).path(Schemas.NO_EFFECT);
    return why.isTextual() ? ", as " + why.asText() : "";
  }

  private String notAmong(String key, String pointer, JsonNode allowed, String why) {
    List<String> names = texts(allowed);
    JsonNode found = value.at(pointer);
    if (names.size() > LISTED_AT_MOST && found.isTextual()) {
      return "%s, which is none of the %d names known here, %s"
          .formatted(found(key, pointer), names.size(), Names.suggestion(found.asText(), names));
    }
    return found(key, pointer)
        + (names.size() == 1 ? " but must be " : " but must be one of ")
        + String.join(", ", names)
        + why
        + (found.isTextual()
            ? ", " + Names.suggestion(found.asText(), names).replaceFirst("\\?.*", "?")
            : "");
  }

  /** The properties that the rule which complained knows of. */
  private JsonNode rulesOf(ValidationMessage message) {
    String fragment = message.getSchemaLocation().getFragment().toString();
    return schema.at(fragment.substring(0, fragment.lastIndexOf('/'))).path("properties");
  }

  private List<String> keysBeside(ValidationMessage message) {
    List<String> keys = new ArrayList<>();
    rulesOf(message).fieldNames().forEachRemaining(keys::add);
    keys.remove("$schema");
    return keys;
  }

  private String found(String key, String pointer) {
    return quote(key) + " is " + value.at(pointer);
  }

  private static String number(JsonNode bound) {
    return bound.decimalValue().stripTrailingZeros().toPlainString();
  }

  private static String article(String type) {
    return switch (type) {
      case "integer" -> "an integer";
      case "array" -> "a list";
      case "object" -> "an object";
      case "boolean" -> "true or false";
      default -> "a " + type;
    };
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.isTextual() ? item.asText() : item.toString()));
    return texts;
  }

  private static String dotted(String pointer) {
    return Stream.of(pointer.split("/"))
        .filter(part -> !part.isEmpty() && !"$".equals(part))
        .map(part -> part.replace("~1", "/").replace("~0", "~"))
        .reduce(Problems::join)
        .orElse("");
  }

  private static String join(String parent, String key) {
    return parent.isEmpty() ? key : parent + "." + key;
  }

  private static String quote(String key) {
    return "'" + key + "'";
  }
}
