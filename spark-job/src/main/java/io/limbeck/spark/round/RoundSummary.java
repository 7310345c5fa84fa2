package io.limbeck.spark.round;

import java.util.List;
import java.util.Map;

/**
 * What a round did, for progress and report.
 *
 * @param epoch from 0
 * @param round in the epoch, from 0
 * @param rounds of an epoch
 * @param steps of the round, between two averagings
 * @param stepsDone of the training, with this round
 * @param examples learnt from
 * @param losses each loss by name, mean over the examples
 * @param learningRate of its first step
 * @param drift how far the workers went apart, 0 to 1: {@link io.limbeck.spark.averaging.Drift}
 * @param times where its time went
 * @param teacherShare part of the step time spent in the teacher, 0 to 1
 * @param cachedShare part of the examples of which the teacher's outputs were kept from before, 0
 *     to 1
 * @param examplesByExecutor how many each executor learnt from
 * @param gpus addresses of those on which tasks were, by executor; empty without
 * @param skipped what was left out of the average for its bad numbers, a clause a partition
 */
public record RoundSummary(
    int epoch,
    int round,
    int rounds,
    int steps,
    int stepsDone,
    long examples,
    Map<String, Double> losses,
    double learningRate,
    double drift,
    RoundTimes times,
    double teacherShare,
    double cachedShare,
    Map<String, Long> examplesByExecutor,
    Map<String, List<String>> gpus,
    List<String> skipped) {

  /** Wall time of the round. */
  public double seconds() {
    return times.total();
  }

  /** The longest that a partition spent in its steps. */
  public double stepSeconds() {
    return times.steps();
  }
}
