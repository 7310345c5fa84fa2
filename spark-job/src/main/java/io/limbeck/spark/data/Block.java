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

  /**
   * Opens one pass over a view of the examples, in the block's order.
   *
   * @param view from 0
   * @param batchSize examples of a full batch
   * @throws UnsupportedOperationException where examples are not augmented here
   */
  default Pass view(int view, int batchSize) {
    throw new UnsupportedOperationException(getClass() + " has no views");
  }

  /**
   * The same examples with what the teacher puts out for one view of them.
   *
   * @param outputs in the block's order
   * @throws UnsupportedOperationException where nobody keeps such outputs
   */
  default Block with(TeacherOutputs outputs) {
    throw new UnsupportedOperationException(getClass() + " takes no outputs");
  }

  /** Mini-batches by their number. */
  @FunctionalInterface
  interface Pass {
    /**
     * One mini-batch. Its arrays are good until the next one is asked for.
     *
     * @param step from 0
     */
    Batch batch(int step);
  }
}
