package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.List;

/**
 * How long and how fast a network learns.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples of a step, in each partition
 * @param updater the optimizer
 * @param weightDecay decay of weights, not of biases or BatchNorm
 * @param lrSchedule how the learning rate changes
 * @param labelSmoothVal share of a label that is spread over all classes
 */
public record ScheduleConfig(
    @Key(value = "Passes over the training examples", def = "10", min = 1) int epochs,
    @Key(value = "Examples of one step in each partition", def = "64", min = 1) int batchSize,
    @Key(
            value = "The optimizer",
            def = "{\"type\": \"Nesterovs\", \"learning_rate\": 0.05, \"momentum\": 0.9}")
        Updater updater,
    @Key(
            value =
                "Weight decay, coupled as in SGD with L2 regularisation; biases and BatchNorm are left out",
            def = "0.0",
            min = 0)
        double weightDecay,
    @Key(value = "How the learning rate changes over the steps", def = "{\"type\": \"Constant\"}")
        LrSchedule lrSchedule,
    @Key(
            value =
                "Share of each label that is spread evenly over all classes, in the labels' cross-entropy",
            def = "0.0",
            min = 0,
            max = 1)
        double labelSmoothVal)
    implements Serializable {

  /**
   * With labels as they are.
   *
   * @param epochs passes over the training examples
   * @param batchSize examples of a step, in each partition
   * @param updater the optimizer
   * @param weightDecay decay of weights, not of biases or BatchNorm
   * @param lrSchedule how the learning rate changes
   */
  public ScheduleConfig(
      int epochs, int batchSize, Updater updater, double weightDecay, LrSchedule lrSchedule) {
    this(epochs, batchSize, updater, weightDecay, lrSchedule, 0);
  }

  /** An optimizer. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Sgd.class, name = "Sgd"),
    @JsonSubTypes.Type(value = Nesterovs.class, name = "Nesterovs"),
    @JsonSubTypes.Type(value = Adam.class, name = "Adam"),
    @JsonSubTypes.Type(value = AdamW.class, name = "AdamW")
  })
  public sealed interface Updater extends Serializable {
    /** The learning rate before any schedule. */
    double learningRate();
  }

  /**
   * Plain gradient descent.
   *
   * @param learningRate step size
   */
  public record Sgd(@Key(value = "Learning rate", def = "0.1", above = 0) double learningRate)
      implements Updater {}

  /**
   * Gradient descent with Nesterov momentum.
   *
   * @param learningRate step size
   * @param momentum share of the last step that is kept
   */
  public record Nesterovs(
      @Key(value = "Learning rate", def = "0.05", above = 0) double learningRate,
      @Key(value = "Momentum", def = "0.9", min = 0, max = 1) double momentum)
      implements Updater {}

  /**
   * Adam.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   */
  public record Adam(
      @Key(value = "Learning rate", def = "0.001", above = 0) double learningRate,
      @Key(value = "Decay of the gradient's mean", def = "0.9", min = 0, max = 1) double beta1,
      @Key(value = "Decay of the gradient's square", def = "0.999", min = 0, max = 1) double beta2,
      @Key(value = "Added to the root of the square", def = "1e-8", above = 0) double epsilon)
      implements Updater {}

  /**
   * Adam with decoupled weight decay: what the gradient does not see, {@code w -= rate * decay *
   * w}; biases and BatchNorm are left out.
   *
   * <p>Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019,
   * arXiv:1711.05101.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay decoupled decay
   */
  public record AdamW(
      @Key(value = "Learning rate", def = "0.001", above = 0) double learningRate,
      @Key(value = "Decay of the gradient's mean", def = "0.9", min = 0, max = 1) double beta1,
      @Key(value = "Decay of the gradient's square", def = "0.999", min = 0, max = 1) double beta2,
      @Key(value = "Added to the root of the square", def = "1e-8", above = 0) double epsilon,
      @Key(value = "Decoupled weight decay, times the learning rate", def = "0.01", min = 0)
          double weightDecay)
      implements Updater {}

  /**
   * How the learning rate changes; epochs may be fractions, counted in steps of the largest
   * partition.
   */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Constant.class, name = "Constant"),
    @JsonSubTypes.Type(value = Cosine.class, name = "Cosine"),
    @JsonSubTypes.Type(value = MultiStep.class, name = "MultiStep"),
    @JsonSubTypes.Type(value = Step.class, name = "Step"),
    @JsonSubTypes.Type(value = Poly.class, name = "Poly")
  })
  public sealed interface LrSchedule extends Serializable {
    /** Epochs over which the rate first rises from near zero, linearly in steps. */
    double warmupEpochs();
  }

  /**
   * No change.
   *
   * @param warmupEpochs epochs of linear rise at the start
   */
  public record Constant(
      @Key(value = "Epochs over which the rate first rises linearly", def = "0.0", min = 0)
          double warmupEpochs)
      implements LrSchedule {}

  /**
   * Half a cosine from the full rate to a smallest one.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param minFactor share of the full rate at the end
   */
  public record Cosine(
      @Key(value = "Epochs over which the rate first rises linearly", def = "0.0", min = 0)
          double warmupEpochs,
      @Key(value = "Share of the full rate that is left at the end", def = "0.0", min = 0, max = 1)
          double minFactor)
      implements LrSchedule {}

  /**
   * Multiplied at given epochs.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param milestones epochs at which the rate is multiplied
   * @param gamma the factor
   */
  public record MultiStep(
      @Key(value = "Epochs over which the rate first rises linearly", def = "0.0", min = 0)
          double warmupEpochs,
      @Key(value = "Epochs at which the rate is multiplied by gamma", minItems = 1)
          List<Double> milestones,
      @Key(value = "Factor at each milestone", def = "0.1", above = 0) double gamma)
      implements LrSchedule {}

  /**
   * Multiplied again and again after the same number of epochs.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param stepSize epochs between two changes
   * @param gamma the factor
   */
  public record Step(
      @Key(value = "Epochs over which the rate first rises linearly", def = "0.0", min = 0)
          double warmupEpochs,
      @Key(value = "Epochs between two changes", def = "1", min = 1) int stepSize,
      @Key(value = "Factor at each change", def = "0.1", above = 0) double gamma)
      implements LrSchedule {}

  /**
   * From the full rate to a smallest one as a power of what is left of the training; a line for the
   * power of one.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param power of the share that is left
   * @param minFactor share of the full rate at the end
   */
  public record Poly(
      @Key(value = "Epochs over which the rate first rises linearly", def = "0.0", min = 0)
          double warmupEpochs,
      @Key(value = "Power of the share of the training that is left", def = "1.0", above = 0)
          double power,
      @Key(value = "Share of the full rate that is left at the end", def = "0.0", min = 0, max = 1)
          double minFactor)
      implements LrSchedule {}
}
