package io.limbeck.core.loss;

import io.limbeck.core.network.DataSamples;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The values of a loss' arguments and parameters for one mini-batch. Read only. */
public final class LossInputs {
  private final Map<String, Object> values;
  private final Set<String> withoutGradient;
  private final LossState state;
  private final long seed;

  private LossInputs(
      Map<String, ?> values, Set<String> withoutGradient, LossState state, long seed) {
    this.values = new HashMap<>(values);
    this.withoutGradient = new HashSet<>(withoutGradient);
    this.state = state;
    this.seed = seed;
  }

  /**
   * Inputs of which every differentiable one wants its gradient.
   *
   * @param values by name: {@code INDArray}, a list of them, {@link DataSamples} or a number
   */
  public static LossInputs of(Map<String, ?> values) {
    return new LossInputs(values, Set.of(), null, 0);
  }

  /**
   * The same, but some do not need their gradients, so that a loss may save the work.
   *
   * @param arguments their names
   */
  public LossInputs withoutGradientOf(Set<String> arguments) {
    return new LossInputs(values, arguments, state, seed);
  }

  /**
   * The same with what the loss remembers.
   *
   * @param remembered null for nothing
   */
  public LossInputs withState(LossState remembered) {
    return new LossInputs(values, withoutGradient, remembered, seed);
  }

  /**
   * The same with a seed for what the loss draws by chance.
   *
   * @param newSeed another one for every step
   */
  public LossInputs withSeed(long newSeed) {
    return new LossInputs(values, withoutGradient, state, newSeed);
  }

  /** What the loss remembers; not to be changed. */
  public LossState state() {
    if (state == null) {
      throw new IllegalArgumentException(
          "The loss remembers, but its state is not among the inputs");
    }
    return state;
  }

  /** The seed of what the loss draws by chance in this step. */
  public long seed() {
    return seed;
  }

  /**
   * Whether someone wants the gradient of an argument; giving it anyway does no harm.
   *
   * @param argument its name
   */
  public boolean wantsGradient(String argument) {
    return !withoutGradient.contains(argument);
  }

  /**
   * Whether an optional argument is there.
   *
   * @param argument its name
   */
  public boolean has(String argument) {
    return values.get(argument) != null;
  }

  /**
   * An argument that is one array, batch first.
   *
   * @param argument its name
   */
  public INDArray array(String argument) {
    return (INDArray) value(argument);
  }

  /**
   * An argument that is a list of arrays.
   *
   * @param argument its name
   * @return one array counts as a list of one
   */
  public List<INDArray> arrays(String argument) {
    Object value = value(argument);
    return value instanceof INDArray array
        ? List.of(array)
        : ((List<?>) value).stream().map(INDArray.class::cast).toList();
  }

  /**
   * An argument that is one number.
   *
   * @param argument its name
   */
  public double number(String argument) {
    Object value = value(argument);
    return value instanceof INDArray array ? array.getDouble(0) : ((Number) value).doubleValue();
  }

  /**
   * An argument that tells what is known of the examples.
   *
   * @param argument its name
   */
  public DataSamples samples(String argument) {
    return (DataSamples) value(argument);
  }

  /**
   * The class of every example.
   *
   * @param argument its name; indices {@code [batch]} or {@code [batch, 1]}, or one-hot or soft
   *     rows {@code [batch, classes]}, of which the largest entry counts
   * @param classes number of classes
   * @return {@code [batch]}, of 64-bit integers
   * @throws IllegalArgumentException when a class is outside {@code 0 .. classes - 1}
   */
  public INDArray labels(String argument, long classes) {
    Object value = value(argument);
    INDArray labels = value instanceof DataSamples samples ? samples.labels() : (INDArray) value;
    INDArray indices =
        labels.rank() == 2 && labels.size(1) > 1
            ? Nd4j.argMax(labels, 1)
            : labels.reshape(labels.length()).castTo(DataType.INT64);
    double smallest = indices.minNumber().doubleValue();
    double largest = indices.maxNumber().doubleValue();
    if (smallest < 0 || largest >= classes) {
      throw new IllegalArgumentException(
          "'%s' has labels from %.0f to %.0f but there are %d classes"
              .formatted(argument, smallest, largest, classes));
    }
    return indices;
  }

  private Object value(String argument) {
    Object value = values.get(argument);
    if (value == null) {
      throw new IllegalArgumentException("Argument '" + argument + "' has no value");
    }
    return value;
  }
}
