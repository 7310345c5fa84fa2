package io.limbeck.spark.data;

import io.limbeck.dl4j.engine.ChannelScaling;
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
  private final Features features = new Features();
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
      array = sized(array, shape);
      HeapCopy.to(array, values, 0);
      return array;
    }
  }

  /** The same for raw values, which become inputs on the way to the array. */
  static final class Features {
    private byte[] pixels = new byte[0];
    private float[] numbers = new float[0];
    private ChannelScaling scaling;
    private INDArray array;
    private boolean ofPixels;

    /** Room for so many bytes, or more, on the heap. */
    byte[] pixels(int length) {
      ofPixels = true;
      if (pixels.length < length) {
        pixels = new byte[length];
      }
      return pixels;
    }

    /** Room for so many numbers, or more, on the heap. */
    float[] numbers(int length) {
      ofPixels = false;
      if (numbers.length < length) {
        numbers = new float[length];
      }
      return numbers;
    }

    /** An array with what those values become. */
    INDArray array(Preprocessing preprocessing, long... shape) {
      array = sized(array, shape);
      if (ofPixels) {
        scaling = scaling == null ? preprocessing.ofPixels() : scaling;
        scaling.write(pixels, array);
      } else {
        scaling = scaling == null ? preprocessing.ofNumbers() : scaling;
        scaling.write(numbers, array);
      }
      return array;
    }
  }

  private static INDArray sized(INDArray array, long... shape) {
    return array != null && Arrays.equals(array.shape(), shape)
        ? array
        : Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
  }

  Features features() {
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
