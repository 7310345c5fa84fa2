package io.limbeck.dl4j.connector;

import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The arguments of a PyTorch function or layer as a config gives them. */
final class Arguments {
  private final String owner;
  private final Map<String, Object> values;

  /**
   * Arguments.
   *
   * @param owner the function, for messages
   * @param values by name
   * @param known the names that the function has
   * @throws UserException for a name that it has not
   */
  Arguments(String owner, Map<String, Object> values, String... known) {
    this.owner = owner;
    this.values = values;
    for (String name : values.keySet()) {
      if (!Arrays.asList(known).contains(name)) {
        throw new UserException(
            "'%s' is not an argument of %s, %s"
                .formatted(name, owner, Names.suggestion(name, List.of(known))));
      }
    }
  }

  boolean has(String name) {
    return values.get(name) != null;
  }

  int integer(String name, Integer otherwise) {
    double value = number(name, otherwise == null ? null : (double) otherwise);
    if (value != Math.rint(value)) {
      throw wrong(name, "an integer");
    }
    return (int) value;
  }

  double number(String name, Double otherwise) {
    Object value = values.get(name);
    if (value == null && otherwise == null) {
      throw new UserException("'%s' of %s is missing".formatted(name, owner));
    }
    if (value != null && !(value instanceof Number)) {
      throw wrong(name, "a number");
    }
    return value == null ? otherwise : ((Number) value).doubleValue();
  }

  boolean flag(String name, boolean otherwise) {
    Object value = values.get(name);
    if (value != null && !(value instanceof Boolean)) {
      throw wrong(name, "true or false");
    }
    return value == null ? otherwise : (Boolean) value;
  }

  String word(String name, String otherwise, List<String> allowed) {
    Object value = values.getOrDefault(name, otherwise);
    if (!allowed.contains(value)) {
      throw wrong(name, "one of " + String.join(", ", allowed));
    }
    return (String) value;
  }

  /** Height and width, given as one number for both or as a list of two. */
  long[] pair(String name) {
    Object value = values.get(name);
    if (value instanceof Number both) {
      return new long[] {both.longValue(), both.longValue()};
    }
    if (value instanceof List<?> list
        && list.size() == 2
        && list.stream().allMatch(Number.class::isInstance)) {
      return list.stream().mapToLong(number -> ((Number) number).longValue()).toArray();
    }
    if (value == null) {
      throw new UserException("'%s' of %s is missing".formatted(name, owner));
    }
    throw wrong(name, "one number or a list of two");
  }

  private UserException wrong(String name, String allowed) {
    return new UserException(
        "'%s' of %s is %s but must be %s".formatted(name, owner, values.get(name), allowed));
  }
}
