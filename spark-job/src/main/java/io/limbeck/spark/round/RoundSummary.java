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
 * @param seconds wall time of the round
 * @param stepSeconds the longest that a partition spent in its steps
 * @param teacherShare part of the step time spent in the teacher, 0 to 1
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
    double seconds,
    double stepSeconds,
    double teacherShare,
    List<String> skipped) {}
