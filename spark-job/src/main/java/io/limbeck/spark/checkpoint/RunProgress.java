package io.limbeck.spark.checkpoint;

import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.EpochSums;
import java.util.List;

/**
 * How far a run has come.
 *
 * @param epoch the one that goes on, from 0
 * @param round the next one in it, from 0
 * @param measuredFrequency steps between two averagings in it, where measuring decides that; else 0
 * @param sums of its rounds so far
 * @param epochs those that are over
 * @param seconds of all of their rounds
 * @param bestEpoch from 1; 0 for none
 * @param bestAccuracy on validation
 */
public record RunProgress(
    int epoch,
    int round,
    int measuredFrequency,
    EpochSums sums,
    List<EpochRecord> epochs,
    double seconds,
    int bestEpoch,
    double bestAccuracy) {
  /** Nothing done. */
  public static final RunProgress START =
      new RunProgress(0, 0, 0, EpochSums.NONE, List.of(), 0, 0, -1);

  /** Copies the list. */
  public RunProgress {
    epochs = List.copyOf(epochs);
  }
}
