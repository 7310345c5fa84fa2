package io.limbeck.spark.data;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A mini-batch, ready for a network.
 *
 * @param features {@code [batch, …]}
 * @param labels one-hot, {@code [batch, classes]}
 * @param sampleIdx the number of each example in the training set; null where they have none
 */
public record Batch(INDArray features, INDArray labels, int[] sampleIdx) {
  /** Examples in the batch. */
  public int size() {
    return (int) features.size(0);
  }
}
