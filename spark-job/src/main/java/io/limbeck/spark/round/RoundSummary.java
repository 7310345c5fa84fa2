package io.limbeck.spark.round;

import java.util.Map;

/**
 * What a round did, for progress and report.
 *
 * @param epoch from 0
 * @param round in the epoch, from 0
 * @param rounds of an epoch
 * @param examples learnt from
 * @param losses each loss by name, mean over the examples
 * @param seconds wall time of the round
 * @param teacherShare part of the step time spent in the teacher, 0 to 1
 */
public record RoundSummary(
    int epoch,
    int round,
    int rounds,
    long examples,
    Map<String, Double> losses,
    double seconds,
    double teacherShare) {}
