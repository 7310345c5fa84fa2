package io.limbeck.core.interception;

import io.limbeck.core.error.Names;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;

/**
 * A method by its path, {@code package.Class#method}; a dot in place of the number sign does as
 * well.
 *
 * @param className as {@code Class.forName} takes it
 * @param method its name; all overloads are meant
 */
public record MethodPath(String className, String method) {

  /** Whether a function, a static method, is meant, or a method of an object. */
  public enum Kind {
    /** A static method. */
    FUNCTION("static", "Method"),
    /** A method of an object. */
    METHOD("not static", "Function");

    private final String word;
    private final String otherType;

    Kind(String word, String otherType) {
      this.word = word;
      this.otherType = otherType;
    }
  }

  /**
   * Reads and checks a path.
   *
   * @param path what the config says
   * @param kind what it must be
   * @throws IllegalArgumentException whose message continues {@code 'key' is "path", …}
   */
  public static MethodPath of(String path, Kind kind) {
    int split = Math.max(path.lastIndexOf('#'), path.lastIndexOf('.'));
    if (split <= 0 || split == path.length() - 1) {
      throw new IllegalArgumentException("which must read package.Class#method");
    }
    MethodPath result = new MethodPath(path.substring(0, split), path.substring(split + 1));
    result.check(kind);
    return result;
  }

  private void check(Kind kind) {
    List<Method> methods = Arrays.asList(load().getDeclaredMethods());
    List<Method> named = methods.stream().filter(each -> each.getName().equals(method)).toList();
    if (named.isEmpty()) {
      List<String> names =
          methods.stream().filter(each -> !each.isSynthetic()).map(Method::getName).toList();
      throw new IllegalArgumentException(
          "but class %s declares no method '%s', %s"
              .formatted(
                  className, method, Names.suggestion(method, names.stream().distinct().toList())));
    }
    boolean wanted = kind == Kind.FUNCTION;
    if (named.stream().noneMatch(each -> Modifier.isStatic(each.getModifiers()) == wanted)) {
      throw new IllegalArgumentException(
          "which is %s: use the type that begins with %s"
              .formatted(
                  kind == Kind.FUNCTION ? Kind.METHOD.word : Kind.FUNCTION.word, kind.otherType));
    }
    if (named.stream().allMatch(each -> Modifier.isAbstract(each.getModifiers()))) {
      throw new IllegalArgumentException("which is abstract: name the class whose own code runs");
    }
  }

  /** The class that declares the method. */
  Class<?> load() {
    Class<?> type = find();
    if (type.getClassLoader() == null || "platform".equals(type.getClassLoader().getName())) {
      throw new IllegalArgumentException(
          "which belongs to the JDK, whose methods cannot be watched: name the method that calls it");
    }
    return type;
  }

  private Class<?> find() {
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      return Class.forName(className, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          "but there is no class %s on the class path".formatted(className), e);
    }
  }

  @Override
  public String toString() {
    return className + "#" + method;
  }
}
