package io.limbeck.core.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds blocks whose type is the name of a class: a user's own loss, connector or recorder on the
 * class path.
 */
final class ClassNames {
  private final List<String> problems = new ArrayList<>();
  private final Families builtIn;
  private Families families;

  ClassNames(Families families) {
    this.builtIn = families;
    this.families = families;
  }

  /**
   * The families with the classes that a file names.
   *
   * @return the very same object when it names none
   * @throws UserException for a class that cannot be used
   */
  Families in(JsonNode tree) {
    visit("", tree);
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
    return families;
  }

  private void visit(String key, JsonNode node) {
    if (node.isObject()) {
      JsonNode type = node.path("type");
      if (type.isTextual() && type.asText().indexOf('.') > 0 && !isBuiltIn(type.asText())) {
        add(key + ".type", type.asText());
      }
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        visit(key.isEmpty() ? member.getKey() : key + "." + member.getKey(), member.getValue());
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        visit(key + "." + i, node.get(i));
      }
    }
  }

  private boolean isBuiltIn(String name) {
    return builtIn.open().stream().anyMatch(family -> builtIn.members(family).containsKey(name));
  }

  private void add(String key, String name) {
    Optional<Class<?>> found = find(name);
    if (found.isEmpty()) {
      problems.add(
          "'%s' is \"%s\", but there is no class of that name on the class path"
              .formatted(key, name));
      return;
    }
    Class<?> type = found.get();
    List<Class<?>> own =
        builtIn.open().stream().filter(family -> family.isAssignableFrom(type)).toList();
    if (own.isEmpty()) {
      problems.add(
          "'%s' is \"%s\", but that class implements none of %s"
              .formatted(
                  key,
                  name,
                  String.join(", ", builtIn.open().stream().map(Class::getName).toList())));
    } else if (!type.isRecord()) {
      problems.add(
          "'%s' is \"%s\", but that class is not a record: the components of a record are its keys"
              .formatted(key, name));
    } else {
      families = families.with(own.get(0), name, type);
    }
  }

  private static Optional<Class<?>> find(String name) {
    try {
      return Optional.of(
          Class.forName(name, false, Thread.currentThread().getContextClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
  }
}
