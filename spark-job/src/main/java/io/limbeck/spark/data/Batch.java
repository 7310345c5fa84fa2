package io.limbeck.spark.data;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A mini-batch, ready for a network.
 *
 * @param features {@code [batch, …]}
 * @param labels one-hot, {@code [batch, classes]}
 */
public record Batch(INDArray features, INDArray labels) {
  /** Examples in the batch. */
  public int size() {
    return (int) features.size(0);
  }
}
