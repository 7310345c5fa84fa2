package io.limbeck.spark.data;

import io.limbeck.dl4j.engine.HeapCopy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of a pass' mini-batches, each of which is over when the next one is asked for. Arrays
 * of their own would be freed when Java next collects garbage, many steps later, and until then
 * every step would have to get fresh memory from the operating system.
 */
final class BatchRoom {
  private final Slot features = new Slot();
  private final Slot labels = new Slot();
  private final Map<String, Slot> teacher = new HashMap<>();

  /** An array and, on the heap, what it is made of. */
  static final class Slot {
    private float[] values = new float[0];
    private INDArray array;

    /** Room for so many values, or more, on the heap. */
    float[] values(int length) {
      if (values.length < length) {
        values = new float[length];
      }
      return values;
    }

    /** An array with those values. */
    INDArray array(long... shape) {
      if (array == null || !Arrays.equals(array.shape(), shape)) {
        array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
      }
      HeapCopy.to(array, values, 0);
      return array;
    }
  }

  Slot features() {
    return features;
  }

  Slot labels() {
    return labels;
  }

  /** What the teacher puts out. */
  Slot teacher(String vertex) {
    return teacher.computeIfAbsent(vertex, any -> new Slot());
  }
}
