package io.limbeck.core.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A config file as a tree: parsed, its {@code base} files merged below it, {@code --set} overrides
 * above it.
 */
final class ConfigTree {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_COMMENTS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private ConfigTree() {}

  static ObjectNode read(Path file, List<String> overrides) {
    ObjectNode tree = readWithBase(file.toAbsolutePath().normalize(), new ArrayDeque<>());
    overrides.forEach(override -> apply(tree, override));
    StageTree.expand(tree);
    return tree;
  }

  static ObjectNode parse(String json, List<String> overrides) {
    ObjectNode tree = parse(JSON, json, "Config");
    if (tree.has("base")) {
      throw new UserException("'base' names files beside a file, but this config is a text");
    }
    overrides.forEach(override -> apply(tree, override));
    StageTree.expand(tree);
    return tree;
  }

  private static ObjectNode readWithBase(Path file, Deque<Path> including) {
    if (including.contains(file)) {
      throw new UserException(
          "'base' of " + including.peek() + " includes " + file + ", which includes it in turn");
    }
    ObjectNode own = parse(file, including.peek());
    JsonNode base = own.remove("base");
    if (base == null) {
      return own;
    }
    including.push(file);
    ObjectNode merged = JSON.createObjectNode();
    for (JsonNode each : base.isArray() ? base : List.of(base)) {
      if (!each.isTextual()) {
        throw new UserException(
            "'base' in " + file + " is " + each + " but must be a file name or a list of them");
      }
      merge(merged, readWithBase(file.resolveSibling(each.asText()).normalize(), including));
    }
    including.pop();
    merge(merged, own);
    return merged;
  }

  private static ObjectNode parse(Path file, Path includedBy) {
    String name = file.getFileName().toString();
    ObjectMapper mapper = name.endsWith(".yaml") || name.endsWith(".yml") ? YAML : JSON;
    try {
      return parse(mapper, Files.readString(file, StandardCharsets.UTF_8), "Config file " + file);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "Config file "
              + file
              + " does not exist"
              + (includedBy == null ? "" : ", 'base' of " + includedBy),
          e);
    } catch (IOException e) {
      throw new UserException("Config file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static ObjectNode parse(ObjectMapper mapper, String text, String what) {
    try {
      if (mapper.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new UserException(
          what + " must hold an object with keys such as 'name' and 'algorithm'");
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s, line %d, column %d: %s"
              .formatted(
                  what,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("not readable")),
          e);
    }
  }

  /**
   * Lays one tree over another: objects key by key, everything else replaced. Null takes a key
   * away. An object of another {@code type} or {@code format} replaces the one below it, whose keys
   * would mean nothing there.
   */
  static void merge(ObjectNode below, ObjectNode above) {
    above
        .properties()
        .forEach(
            entry -> {
              JsonNode old = below.get(entry.getKey());
              JsonNode value = entry.getValue();
              if (value.isNull()) {
                below.remove(entry.getKey());
              } else if (old instanceof ObjectNode oldObject
                  && value instanceof ObjectNode newObject
                  && sameKind(oldObject, newObject)) {
                merge(oldObject, newObject);
              } else {
                below.set(entry.getKey(), value.deepCopy());
              }
            });
  }

  private static boolean sameKind(ObjectNode below, ObjectNode above) {
    return List.of("type", "format").stream()
        .noneMatch(
            key ->
                above.hasNonNull(key) && below.has(key) && !above.get(key).equals(below.get(key)));
  }

  private static void apply(ObjectNode tree, String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new UserException(
          "--set \"" + override + "\" must read key=value, such as schedule.epochs=5");
    }
    String[] path = override.substring(0, equals).split("\\.", -1);
    ObjectNode layer = JSON.createObjectNode();
    ObjectNode innermost = layer;
    for (int i = 0; i < path.length - 1; i++) {
      innermost = innermost.putObject(path[i]);
    }
    innermost.set(path[path.length - 1], value(override.substring(equals + 1)));
    merge(tree, layer);
  }

  /** A value as JSON or else YAML reads it, so that words and lists need no quotes. */
  private static JsonNode value(String text) {
    return parsed(JSON, text)
        .or(() -> parsed(YAML, text))
        .orElseGet(() -> JSON.getNodeFactory().textNode(text));
  }

  private static Optional<JsonNode> parsed(ObjectMapper mapper, String text) {
    try {
      return Optional.ofNullable(mapper.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
