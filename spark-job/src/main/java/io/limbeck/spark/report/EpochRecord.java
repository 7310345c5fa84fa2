package io.limbeck.spark.report;

import java.util.Map;

/**
 * One epoch of a run.
 *
 * @param epoch from 1
 * @param losses each loss by name, mean over the epoch's examples
 * @param learningRate at the epoch's end
 * @param averagingSteps between the epoch's last two averagings
 * @param validation null without validation examples
 * @param others the other networks that learn beside it, on validation, by name; null without any
 * @param examplesPerSecond learnt from, wall time
 * @param stepShare part of the wall time that the slowest partitions spent in their steps, 0 to 1
 * @param teacherShare part of the step time spent in the teacher, 0 to 1
 */
public record EpochRecord(
    int epoch,
    Map<String, Double> losses,
    double learningRate,
    int averagingSteps,
    Split validation,
    Map<String, Split> others,
    double examplesPerSecond,
    double stepShare,
    double teacherShare) {}
