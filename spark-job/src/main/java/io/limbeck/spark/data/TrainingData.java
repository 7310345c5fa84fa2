package io.limbeck.spark.data;

/** What rounds learn from. */
@FunctionalInterface
public interface TrainingData {
  /**
   * The blocks of a round.
   *
   * @param epoch from 0
   * @param firstStep of the round in the epoch
   * @param steps of the round
   */
  RoundBlocks blocks(int epoch, int firstStep, int steps);
}
