package io.limbeck.spark.averaging;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.FrequencySchedule.PostLocal;
import io.limbeck.core.config.FrequencySchedule.Qsr;
import io.limbeck.core.config.FrequencySchedule.TargetOverhead;
import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Which steps belong to one round: how long students go alone before they are averaged. An epoch's
 * end ends a round.
 */
public final class RoundPlan {
  // A square that is a whole number must not be rounded down for its last bit.
  private static final double EXACT = 1 + 1e-12;

  private final AveragingConfig averaging;
  private final LrSchedule schedule;
  private final IntToDoubleFunction learningRate;
  private final int stepsPerEpoch;

  /**
   * A plan.
   *
   * @param averaging frequency and its schedule
   * @param schedule of the learning rate
   * @param learningRate of a step of the training, counted from 0
   * @param stepsPerEpoch mini-batches of the largest partition
   */
  public RoundPlan(
      AveragingConfig averaging,
      LrSchedule schedule,
      IntToDoubleFunction learningRate,
      int stepsPerEpoch) {
    this.averaging = averaging;
    this.schedule = schedule;
    this.learningRate = learningRate;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /**
   * A round's steps.
   *
   * @param first in the epoch, from 0
   * @param steps of the round
   */
  public record Span(int first, int steps) {}

  /** Mini-batches of the largest partition. */
  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /**
   * The rounds of an epoch.
   *
   * @param epoch from 0
   * @param measured steps between two averagings that measuring led to, where the schedule asks for
   *     it; 0 for none yet
   */
  public List<Span> rounds(int epoch, int measured) {
    List<Span> rounds = new ArrayList<>();
    int first = 0;
    while (first < stepsPerEpoch) {
      int steps = Math.min(steps(epoch, first, measured), stepsPerEpoch - first);
      rounds.add(new Span(first, steps));
      first += steps;
    }
    return rounds;
  }

  private int steps(int epoch, int first, int measured) {
    int base = averaging.frequency();
    if (averaging.frequencySchedule() instanceof PostLocal postLocal) {
      return epoch + first / (double) stepsPerEpoch < postLocal.fromEpoch(schedule) ? 1 : base;
    }
    if (averaging.frequencySchedule() instanceof Qsr qsr) {
      int warmup = (int) Math.ceil(schedule.warmupEpochs() * stepsPerEpoch);
      double rate = learningRate.applyAsDouble(Math.max(epoch * stepsPerEpoch + first, warmup));
      double root = qsr.alpha() / rate;
      return bounded(root * root, qsr.maxSteps());
    }
    if (averaging.frequencySchedule() instanceof TargetOverhead && measured > 0) {
      return measured;
    }
    return base;
  }

  /**
   * The steps that keep overhead under the share that the schedule asks for: with {@code o} seconds
   * of a round that are not steps and {@code t} seconds a step, {@code o / (o + H t) = share}.
   *
   * @param overheadSeconds of a round, beside its steps
   * @param stepSeconds of one step
   * @return 0 where the schedule does not ask for it
   */
  public int measured(double overheadSeconds, double stepSeconds) {
    if (averaging.frequencySchedule() instanceof TargetOverhead target) {
      double steps =
          Math.ceil(overheadSeconds * (1 - target.share()) / (target.share() * stepSeconds) - 1e-9);
      return bounded(steps, target.maxSteps());
    }
    return 0;
  }

  private int bounded(double steps, Integer most) {
    double bound = most == null ? stepsPerEpoch : most;
    return (int) Math.max(averaging.frequency(), Math.floor(Math.min(steps * EXACT, bound)));
  }
}
