package io.limbeck.dl4j.store;

import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.util.Optional;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
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
   * @throws UserException naming the class that is none, or is not on the class path
   */
  static void requireParts(String configuration, Class<?> type, String name) {
    try {
      requireNoTypeArguments(configuration, name);
      MAPPER.readValue(configuration, type);
    } catch (InvalidTypeIdException e) {
      requireLegacyParts(configuration, type, name);
    } catch (RefusedException e) {
      throw e.of(name);
    } catch (IOException e) {
      // DL4J will say so in its own words.
    }
  }

  /** Jackson loads the B of a class A&lt;B&gt; as well, and asks its validator about A alone. */
  private static void requireNoTypeArguments(String configuration, String name) throws IOException {
    try (JsonParser parser = MAPPER.createParser(configuration)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        int arguments = text.indexOf('<');
        if (arguments > 0 && find(text.substring(0, arguments)).isPresent()) {
          throw new UserException(
              "Model file %s names the class %s, but no part of a network has type arguments: the file is damaged, or made to run something"
                  .formatted(name, text));
        }
      }
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
            subClassName, kind, "which it is not: the file is damaged, or made to run something");
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
