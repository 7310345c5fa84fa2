package io.limbeck.spark.data;

import io.limbeck.dl4j.engine.HeapCopy;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of a pass' mini-batches, each of which is over when the next one is asked for. Arrays
 * of their own would be freed when Java next collects garbage, many steps later, and until then
 * every step would have to get fresh memory from the operating system.
 */
final class BatchRoom {
  private float[] values = new float[0];
  private INDArray features;

  /** Room for so many values, or more, on the heap. */
  float[] values(int length) {
    if (values.length < length) {
      values = new float[length];
    }
    return values;
  }

  /** An array with those values. */
  INDArray features(long... shape) {
    if (features == null || !Arrays.equals(features.shape(), shape)) {
      features = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    }
    HeapCopy.to(features, values, 0);
    return features;
  }
}
