package io.limbeck.core.distiller;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.List;

/**
 * How the weight of a loss changes: a factor over the epochs, which may be fractions. Source: the
 * loss weight schedulers of MMRazor's pull request 444.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = WeightSchedule.Constant.class, name = "Constant"),
  @JsonSubTypes.Type(value = WeightSchedule.Linear.class, name = "Linear"),
  @JsonSubTypes.Type(value = WeightSchedule.Cosine.class, name = "Cosine"),
  @JsonSubTypes.Type(value = WeightSchedule.MultiStep.class, name = "MultiStep")
})
public sealed interface WeightSchedule extends Serializable {

  /** Epochs over which the factor first rises from zero. */
  double warmupEpochs();

  /**
   * The factor without the warm-up.
   *
   * @param epoch epochs since the start of training, with fractions
   */
  double after(double epoch);

  /**
   * The factor.
   *
   * @param epoch epochs since the start of training, with fractions
   */
  default double at(double epoch) {
    double warmup = epoch < warmupEpochs() ? epoch / warmupEpochs() : 1;
    return warmup * after(epoch);
  }

  /**
   * No change.
   *
   * @param warmupEpochs epochs of linear rise at the start
   */
  record Constant(
      @Key(
              value = "Epochs over which the factor first rises linearly from zero",
              def = "0.0",
              min = 0)
          double warmupEpochs)
      implements WeightSchedule {
    @Override
    public double after(double epoch) {
      return 1;
    }
  }

  /**
   * A line from one factor to another.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param startFactor factor up to {@code begin}
   * @param endFactor factor from {@code end} on
   * @param begin first epoch of the change
   * @param end last epoch of the change
   */
  record Linear(
      @Key(
              value = "Epochs over which the factor first rises linearly from zero",
              def = "0.0",
              min = 0)
          double warmupEpochs,
      @Key(value = "Factor before and at begin", def = "0.3333333333333333", min = 0)
          double startFactor,
      @Key(value = "Factor at end and after", def = "1.0", min = 0) double endFactor,
      @Key(value = "Epoch at which the change begins", def = "0.0", min = 0) double begin,
      @Key(value = "Epoch at which the change ends", above = 0) double end)
      implements WeightSchedule {
    @Override
    public double after(double epoch) {
      return startFactor + (endFactor - startFactor) * progress(epoch, begin, end);
    }
  }

  /**
   * Half a cosine from one to a smallest factor.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param etaMinRatio factor from {@code end} on
   * @param begin first epoch of the change
   * @param end last epoch of the change
   */
  record Cosine(
      @Key(
              value = "Epochs over which the factor first rises linearly from zero",
              def = "0.0",
              min = 0)
          double warmupEpochs,
      @Key(value = "Factor at end and after", def = "0.0", min = 0) double etaMinRatio,
      @Key(value = "Epoch at which the change begins", def = "0.0", min = 0) double begin,
      @Key(value = "Epoch at which the change ends", above = 0) double end)
      implements WeightSchedule {
    @Override
    public double after(double epoch) {
      double wave = 0.5 * (1 + Math.cos(Math.PI * progress(epoch, begin, end)));
      return etaMinRatio + (1 - etaMinRatio) * wave;
    }
  }

  /**
   * Multiplied at given epochs. With {@code gamma} zero the loss stops at the first.
   *
   * @param warmupEpochs epochs of linear rise at the start
   * @param milestones epochs at which the factor is multiplied
   * @param gamma by this
   */
  record MultiStep(
      @Key(
              value = "Epochs over which the factor first rises linearly from zero",
              def = "0.0",
              min = 0)
          double warmupEpochs,
      @Key(value = "Epochs at which the factor is multiplied with gamma", minItems = 1)
          List<Double> milestones,
      @Key(value = "What it is multiplied with at each milestone", def = "0.1", min = 0)
          double gamma)
      implements WeightSchedule {
    @Override
    public double after(double epoch) {
      double passed = (double) milestones.stream().filter(milestone -> epoch >= milestone).count();
      return Math.pow(gamma, passed);
    }
  }

  private static double progress(double epoch, double begin, double end) {
    if (epoch >= end) {
      return 1;
    }
    return epoch <= begin ? 0 : (epoch - begin) / (end - begin);
  }
}
