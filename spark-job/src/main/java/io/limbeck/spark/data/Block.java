package io.limbeck.spark.data;

import java.io.Serializable;

/** The examples of one partition, in memory, with random access to mini-batches. */
public interface Block extends Serializable {
  /** Which partition, from 0. */
  int partition();

  /** How many examples. */
  int size();

  /**
   * How many mini-batches make one pass.
   *
   * @param batchSize examples of a full batch; the last may be smaller
   */
  int steps(int batchSize);

  /**
   * Opens one pass for training: shuffled and augmented by seed and epoch alone.
   *
   * @param seed of the run
   * @param epoch from 0
   * @param batchSize examples of a full batch
   */
  Pass training(long seed, int epoch, int batchSize);

  /**
   * Opens one pass in the block's order, without augmentation.
   *
   * @param batchSize examples of a full batch
   */
  Pass inOrder(int batchSize);

  /** Mini-batches by their number. */
  @FunctionalInterface
  interface Pass {
    /**
     * One mini-batch.
     *
     * @param step from 0
     */
    Batch batch(int step);
  }
}
