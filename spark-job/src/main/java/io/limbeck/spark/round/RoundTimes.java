package io.limbeck.spark.round;

/**
 * Where a round's wall time went, in seconds.
 *
 * @param total of the round
 * @param broadcast of sending its state
 * @param steps the longest that a partition spent in its steps
 * @param waiting for tasks beside that: to be scheduled, to take parameters and give them back, and
 *     for those that began late
 * @param reduce of averaging
 */
public record RoundTimes(
    double total, double broadcast, double steps, double waiting, double reduce) {}
