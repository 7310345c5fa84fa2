package io.limbeck.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The stages of a config's tree: each is laid over the stage that its {@code base} names, or over
 * the file's own blocks, and what stages name of each other is checked.
 */
final class StageTree {
  /** Begins the name of a stage's output folder. */
  static final String REFERENCE = "stage:";

  private static final String KEY = "algorithm.stages";
  private static final List<String> SHARED = List.of("data", "schedule", "averaging");

  private StageTree() {}

  /** Expands the stages of a tree, if it has any. */
  static void expand(ObjectNode tree) {
    if (!(tree.at("/algorithm/stages") instanceof ObjectNode stages)
        || !"MultiStage".equals(tree.at("/algorithm/type").asText())) {
      return;
    }
    List<String> problems = new ArrayList<>();
    Map<String, ObjectNode> expanded = new LinkedHashMap<>();
    stages
        .properties()
        .forEach(
            entry -> {
              // What is none, the schema finds.
              if (entry.getValue() instanceof ObjectNode own) {
                String at = KEY + "." + entry.getKey();
                ObjectNode stage = under(tree, own, at, expanded, problems);
                ConfigTree.merge(stage, own);
                checkReferences(at, stage, List.copyOf(expanded.keySet()), problems);
                expanded.put(entry.getKey(), stage);
              }
            });
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
    stages.setAll(expanded);
  }

  /** What a stage is laid over. */
  private static ObjectNode under(
      ObjectNode tree,
      ObjectNode stage,
      String at,
      Map<String, ObjectNode> before,
      List<String> problems) {
    ObjectNode under = tree.objectNode();
    JsonNode base = stage.remove("base");
    if (base != null && before.containsKey(base.asText())) {
      return before.get(base.asText()).deepCopy();
    }
    if (base != null) {
      problems.add(
          "'%s.base' is %s, which is not an earlier stage, %s"
              .formatted(at, base, Names.suggestion(base.asText(), before.keySet())));
    }
    for (String key : SHARED) {
      if (tree.has(key)) {
        under.set(key, tree.get(key).deepCopy());
      }
    }
    return under;
  }

  private static void checkReferences(
      String at, JsonNode node, List<String> before, List<String> problems) {
    if (node.isTextual() && node.asText().startsWith(REFERENCE)) {
      String name = nameOf(node.asText());
      if (!before.contains(name)) {
        problems.add(
            "'%s' is %s, but \"%s\" is not an earlier stage, %s"
                .formatted(at, node, name, Names.suggestion(name, before)));
      }
    }
    node.properties()
        .forEach(
            entry ->
                checkReferences(at + "." + entry.getKey(), entry.getValue(), before, problems));
    if (node.isArray()) {
      node.forEach(item -> checkReferences(at, item, before, problems));
    }
  }

  private static String nameOf(String reference) {
    String rest = reference.substring(REFERENCE.length());
    int slash = rest.indexOf('/');
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  /**
   * Puts folders in the place of stages' names.
   *
   * @param node changed
   * @param folderOf a stage
   * @return the node, or what is to stand in its place
   */
  static JsonNode resolve(JsonNode node, UnaryOperator<String> folderOf) {
    if (node instanceof ObjectNode object) {
      List.copyOf(object.properties())
          .forEach(entry -> object.set(entry.getKey(), resolve(entry.getValue(), folderOf)));
    } else if (node instanceof com.fasterxml.jackson.databind.node.ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, resolve(array.get(i), folderOf));
      }
    } else if (node.isTextual() && node.asText().startsWith(REFERENCE)) {
      String name = nameOf(node.asText());
      String rest = node.asText().substring(REFERENCE.length() + name.length());
      return com.fasterxml.jackson.databind.node.TextNode.valueOf(folderOf.apply(name) + rest);
    }
    return node;
  }
}
