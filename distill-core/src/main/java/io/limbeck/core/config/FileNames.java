package io.limbeck.core.config;

import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Names in a config that become those of files, and parts of vertices' names. */
final class FileNames {
  private FileNames() {}

  /**
   * Requires that names can be used.
   *
   * @param key of the block that they are keys of
   * @param what they name
   * @param names given
   * @param taken those that have a meaning already, which they may not have
   * @throws UserException with every one that cannot
   */
  static void require(String key, String what, Collection<String> names, Collection<String> taken) {
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      if (taken.contains(name)) {
        problems.add(
            "'%s': \"%s\" cannot be the name of %s: it is taken".formatted(key, name, what));
      } else if (!name.matches("[A-Za-z0-9_-]+")) {
        problems.add(
            "'%s': \"%s\" cannot be the name of %s, which becomes one of files: letters, digits, - and _"
                .formatted(key, name, what));
      }
    }
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }
}
