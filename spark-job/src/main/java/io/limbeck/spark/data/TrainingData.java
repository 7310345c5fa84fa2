package io.limbeck.spark.data;

import org.apache.spark.api.java.JavaRDD;

/** What rounds learn from. */
@FunctionalInterface
public interface TrainingData {
  /**
   * The blocks of a round, one for each partition with a student.
   *
   * @param epoch from 0
   * @param firstStep of the round in the epoch
   * @param steps of the round
   */
  JavaRDD<Block> blocks(int epoch, int firstStep, int steps);
}
