package io.limbeck.spark.round;

/** Told after every round, on the driver. */
@FunctionalInterface
public interface RoundListener {
  /**
   * A round is done and averaged.
   *
   * @param summary what it did
   * @param state where the next one starts
   */
  void roundDone(RoundSummary summary, TrainingState state);
}
