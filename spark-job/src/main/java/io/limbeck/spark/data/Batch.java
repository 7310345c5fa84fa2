package io.limbeck.spark.data;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A mini-batch, ready for a network.
 *
 * @param features {@code [batch, …]}
 * @param labels one-hot, {@code [batch, classes]}
 * @param sampleIdx the number of each example in the training set; null where they have none
 * @param teacher what the teacher puts out for them, by vertex; null where that is not known
 */
public record Batch(
    INDArray features, INDArray labels, int[] sampleIdx, Map<String, INDArray> teacher) {
  /**
   * Of which the teacher has said nothing yet.
   *
   * @param features {@code [batch, …]}
   * @param labels one-hot, {@code [batch, classes]}
   * @param sampleIdx the number of each example in the training set; null where they have none
   */
  public Batch(INDArray features, INDArray labels, int[] sampleIdx) {
    this(features, labels, sampleIdx, null);
  }

  /** Examples in the batch. */
  public int size() {
    return (int) features.size(0);
  }
}
