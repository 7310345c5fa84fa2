package io.limbeck.dl4j.store;

import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JavaType;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.cfg.MapperConfig;
import org.nd4j.shade.jackson.databind.exc.InvalidTypeIdException;
import org.nd4j.shade.jackson.databind.jsontype.PolymorphicTypeValidator;

/**
 * The classes that a configuration of DL4J names: its JSON tells each layer, activation or loss by
 * its class, and DL4J loads and initializes whatever stands there before it looks at what it is.
 * Here a class must be of the kind that belongs at its place, which is found out without running
 * any of it.
 */
final class NamedClasses {
  private static final ObjectMapper MAPPER = guarded(JsonMappers.getMapper());

  /** Of files that DL4J wrote before 1.0.0-beta, which name most classes by short names. */
  private static final ObjectMapper LEGACY_MAPPER = guarded(JsonMappers.getLegacyMapper());

  private static final Pattern TYPE_ARGUMENTS = Pattern.compile("[<,>]");

  private NamedClasses() {}

  private static ObjectMapper guarded(ObjectMapper mapper) {
    ObjectMapper copy = mapper.copy();
    copy.setPolymorphicTypeValidator(new OfTheExpectedKind());
    return copy;
  }

  /**
   * Requires that a configuration names nothing but parts of networks. What else is wrong with it
   * is for DL4J to tell.
   *
   * @param configuration in DL4J's JSON
   * @param type what it is the configuration of
   * @param name the file's name, for messages
   * @throws UserException naming the class that is none, or is not on the class path; when it is no
   *     JSON
   */
  static void requireParts(String configuration, Class<?> type, String name) {
    requireNoOtherClasses(configuration, name);
    try {
      MAPPER.readValue(configuration, type);
    } catch (InvalidTypeIdException e) {
      requireLegacyParts(configuration, type, name);
    } catch (RefusedException e) {
      throw e.of(name);
    } catch (IOException e) {
      // DL4J will say so in its own words.
    }
  }

  /**
   * Wherever a class may be named: for layers of old releases DL4J reads parts that its records do
   * not have, such as {@code dist}, by a mapper of its own, after the rest and without a validator.
   * So every text that is the name of a class is looked at, whatever its key.
   */
  private static void requireNoOtherClasses(String configuration, String name) {
    Set<String> seen = new HashSet<>();
    try (JsonParser parser = MAPPER.createParser(configuration)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && seen.add(parser.getText())) {
          requirePartOrText(parser.getText(), name);
        }
      }
    } catch (IOException e) {
      // DL4J would have made objects of what stands before the mistake.
      throw new UserException(
          "Model file %s cannot be read as a DL4J model: its configuration is no JSON: %s"
              .formatted(name, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /**
   * Of A&lt;B, C&gt; Jackson loads all three, with blanks around them or without, and asks its
   * validator about A alone.
   */
  private static void requirePartOrText(String text, String name) {
    boolean arguments = text.indexOf('<') >= 0;
    for (String each : TYPE_ARGUMENTS.split(text, -1)) {
      Optional<Class<?>> named = find(each.trim());
      if (named.isPresent() && (arguments || !isPart(named.get()))) {
        throw new UserException(
            "Model file %s names the class %s, which is no part of a network: the file is damaged, or made to run something"
                .formatted(name, text));
      }
    }
  }

  /** Whether it is, or extends, what DL4J's JSON tells by a class. */
  private static boolean isPart(Class<?> type) {
    return type != null
        && (type.isAnnotationPresent(JsonTypeInfo.class)
            || isPart(type.getSuperclass())
            || Arrays.stream(type.getInterfaces()).anyMatch(NamedClasses::isPart));
  }

  /** As Jackson finds it, but without initializing it. */
  private static Optional<Class<?>> find(String name) {
    return find(name, Thread.currentThread().getContextClassLoader())
        .or(() -> find(name, NamedClasses.class.getClassLoader()));
  }

  private static Optional<Class<?>> find(String name, ClassLoader loader) {
    try {
      return Optional.of(Class.forName(name, false, loader));
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
  }

  private static void requireLegacyParts(String configuration, Class<?> type, String name) {
    try {
      LEGACY_MAPPER.readValue(configuration, type);
    } catch (RefusedException e) {
      throw e.of(name);
    } catch (IOException e) {
      // As above.
    }
  }

  private static final class OfTheExpectedKind extends PolymorphicTypeValidator.Base {
    private static final long serialVersionUID = 1L;

    @Override
    public Validity validateSubClassName(
        MapperConfig<?> config, JavaType baseType, String subClassName)
        throws JsonMappingException {
      Class<?> kind = baseType.getRawClass();
      Optional<Class<?>> named = find(subClassName);
      if (named.isEmpty()) {
        throw new RefusedException(
            subClassName,
            kind,
            "but it is not on the class path: layers of your own need their jar there (spark-submit --jars)");
      }
      if (!kind.isAssignableFrom(named.get())) {
        throw new RefusedException(
            subClassName,
            kind,
            "which it is not: the file is damaged, or made to do something else");
      }
      return Validity.ALLOWED;
    }
  }

  private static final class RefusedException extends JsonMappingException {
    private static final long serialVersionUID = 1L;

    RefusedException(String named, Class<?> kind, String why) {
      super(null, "names the class %s as %s, %s".formatted(named, kind.getSimpleName(), why));
    }

    UserException of(String name) {
      return new UserException("Model file " + name + " " + getOriginalMessage(), this);
    }
  }
}
