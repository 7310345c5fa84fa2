package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import io.limbeck.core.config.ScheduleConfig.MultiStep;
import io.limbeck.core.config.ScheduleConfig.Step;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/** How the number of steps between two averagings changes in the course of a training. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FrequencySchedule.Constant.class, name = "Constant"),
  @JsonSubTypes.Type(value = FrequencySchedule.PostLocal.class, name = "PostLocal"),
  @JsonSubTypes.Type(value = FrequencySchedule.Qsr.class, name = "Qsr"),
  @JsonSubTypes.Type(value = FrequencySchedule.TargetOverhead.class, name = "TargetOverhead")
})
public sealed interface FrequencySchedule extends Serializable {
  /** The config key, for messages. */
  String KEY = "averaging.frequency_schedule";

  /**
   * Most steps between two averagings.
   *
   * @return null where nothing bounds them but the epoch's length
   */
  default Integer maxSteps() {
    return null;
  }

  /** No change. */
  record Constant() implements FrequencySchedule {}

  /**
   * Every step at first, and from some epoch on with the full frequency.
   *
   * <p>Source: T. Lin, S. U. Stich, K. K. Patel, M. Jaggi, "Don't Use Large Mini-Batches, Use Local
   * SGD", ICLR 2020, arXiv:1808.07217 (post-local SGD, with the switch at the first decay of the
   * learning rate).
   *
   * @param fromEpoch null for the first decay of the learning rate
   */
  record PostLocal(
      @Key(
              value =
                  "Epoch, with fractions, before which students are averaged after every step; by default the first decay"
                      + " of a MultiStep or Step learning rate",
              optional = true,
              min = 0)
          Double fromEpoch)
      implements FrequencySchedule {

    /**
     * The epoch from which steps are local.
     *
     * @param learningRate of the same training
     * @throws UserException when neither tells
     */
    public double fromEpoch(LrSchedule learningRate) {
      if (fromEpoch != null) {
        return fromEpoch;
      }
      if (learningRate instanceof MultiStep steps) {
        return steps.milestones().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
      }
      if (learningRate instanceof Step step) {
        return step.stepSize();
      }
      throw new UserException(
          "'%s.from_epoch' is missing: the learning rate's schedule (%s) has no first decay to take it from; MultiStep and Step have"
              .formatted(KEY, learningRate.getClass().getSimpleName()));
    }
  }

  /**
   * With the inverse square of the learning rate {@code eta}: {@code H = max(frequency,
   * floor((alpha / eta)^2))}; during a warm-up with that of its end.
   *
   * <p>Source: X. Gu, K. Lyu, S. Arora, J. Zhang, L. Huang, "A Quadratic Synchronization Rule for
   * Distributed Deep Learning", ICLR 2024, arXiv:2310.14423.
   *
   * @param alpha the rule's only constant, in units of the learning rate
   * @param maxSteps null for no bound but the epoch's length
   */
  record Qsr(
      @Key(
              value =
                  "The rule's constant, in units of the learning rate: where the rate is alpha, every step is averaged",
              above = 0)
          double alpha,
      @Key(
              value = "Most steps between two averagings; by default an epoch's",
              optional = true,
              min = 1)
          Integer maxSteps)
      implements FrequencySchedule {}

  /**
   * As many steps as keep what is not a step, such as broadcast, waiting and reducing, under a
   * share of the round; measured in each epoch, for the next one. The only schedule that depends on
   * the machine's speed, so trainings do not repeat to the bit.
   *
   * @param share 0 to 1
   * @param maxSteps null for no bound but the epoch's length
   */
  record TargetOverhead(
      @Key(
              value = "Share of a round's time that may go to anything but the step",
              def = "0.05",
              above = 0,
              max = 1)
          double share,
      @Key(
              value = "Most steps between two averagings; by default an epoch's",
              optional = true,
              min = 1)
          Integer maxSteps)
      implements FrequencySchedule {}
}
