package io.limbeck.spark.data;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A mini-batch that examples are written into, one after the other. */
final class BatchBuffer {
  private final Preprocessing preprocessing;
  private final float[] features;
  private final float[] oneHot;
  private final int[] sampleIdx;
  private int filled;

  BatchBuffer(Preprocessing preprocessing, int size) {
    this.preprocessing = preprocessing;
    this.features = new float[size * preprocessing.length()];
    this.oneHot = new float[size * preprocessing.classes()];
    this.sampleIdx = new int[size];
  }

  /** The array that the next example's values go to. */
  float[] features() {
    return features;
  }

  /** Where in that array. */
  int offset() {
    return filled * preprocessing.length();
  }

  /** The next example's values are written. */
  void added(int label, long id) {
    oneHot[filled * preprocessing.classes() + label] = 1;
    sampleIdx[filled] = Math.toIntExact(id);
    filled++;
  }

  Batch batch() {
    return new Batch(
        array(features, preprocessing.shape()),
        array(oneHot, new int[] {preprocessing.classes()}),
        sampleIdx);
  }

  private INDArray array(float[] values, int[] shape) {
    long[] full = new long[shape.length + 1];
    full[0] = sampleIdx.length;
    for (int i = 0; i < shape.length; i++) {
      full[i + 1] = shape[i];
    }
    return Nd4j.createFromArray(values).reshape('c', full);
  }
}
