package io.limbeck.core.delivery;

import io.limbeck.core.error.UserException;
import io.limbeck.core.interception.Interception;
import io.limbeck.core.interception.MethodPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The deliveries of methods' return values. Around the teacher's pass, then around the student's:
 *
 * <pre>{@code
 * try (DeliveryManager.Pass pass = deliveries.collect()) {
 *   // the teacher's pass
 * }
 * try (DeliveryManager.Pass pass = deliveries.override()) {
 *   // the student's pass
 * }
 * deliveries.requireEmpty();
 * }</pre>
 *
 * <p>For one thread.
 */
public final class DeliveryManager {
  private final List<Delivery> deliveries = new ArrayList<>();

  /**
   * Finds every method.
   *
   * @param configs the deliveries by name; those of modules are the training graph's
   * @param key the config key that holds them, for messages
   * @throws UserException naming every method that is not there
   */
  public DeliveryManager(Map<String, DeliveryConfig> configs, String key) {
    List<String> problems = new ArrayList<>();
    configs.forEach(
        (name, config) -> {
          try {
            add(key + "." + name, config);
          } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
          }
        });
    if (!problems.isEmpty()) {
      throw new UserException(problems);
    }
  }

  private void add(String key, DeliveryConfig config) {
    if (config instanceof DeliveryConfig.FunctionOutputs function) {
      MethodPath path = path(key + ".func_path", function.funcPath(), MethodPath.Kind.FUNCTION);
      deliveries.add(new Delivery(key, path, function.maxKeepData()));
    } else if (config instanceof DeliveryConfig.MethodOutputs method) {
      MethodPath path = path(key + ".method_path", method.methodPath(), MethodPath.Kind.METHOD);
      deliveries.add(new Delivery(key, path, method.maxKeepData()));
    }
  }

  private static MethodPath path(String key, String path, MethodPath.Kind kind) {
    try {
      return MethodPath.of(path, kind);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is \"%s\", %s".formatted(key, path, e.getMessage()), e);
    }
  }

  /** Whether no method is delivered. */
  public boolean isEmpty() {
    return deliveries.isEmpty();
  }

  /**
   * Whether one of them carries a method's return values.
   *
   * @param path {@code package.Class#method}
   */
  public boolean carries(String path) {
    return deliveries.stream().anyMatch(delivery -> delivery.method().toString().equals(path));
  }

  /** Begins the teacher's pass. */
  public Pass collect() {
    deliveries.forEach(Delivery::clear);
    return new Pass(deliveries, Delivery::collect);
  }

  /** Begins the student's pass. */
  public Pass override() {
    return new Pass(deliveries, Delivery::override);
  }

  /**
   * Ends the step.
   *
   * @throws UserException when the student's pass did not take everything that the teacher's gave
   */
  public void requireEmpty() {
    deliveries.forEach(Delivery::requireEmpty);
  }

  /** Lets go of what was not taken, after a pass that failed. */
  public void clear() {
    deliveries.forEach(Delivery::clear);
  }

  /** A pass during which deliveries are active. */
  public static final class Pass implements AutoCloseable {
    private final List<Interception> interceptions = new ArrayList<>();

    private Pass(List<Delivery> deliveries, Function<Delivery, Interception> begin) {
      try {
        deliveries.forEach(delivery -> interceptions.add(begin.apply(delivery)));
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public void close() {
      interceptions.forEach(Interception::close);
      interceptions.clear();
    }
  }
}
