package io.limbeck.dl4j.engine;

import io.limbeck.core.math.Contiguous;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies arrays between native memory and the heap, into buffers that a thread uses again. */
public final class HeapCopy {
  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[2][0]);

  private HeapCopy() {}

  /** This thread's buffer of a number, at least so long. Its content is whatever was left there. */
  static float[] scratch(int number, int length) {
    float[][] buffers = SCRATCH.get();
    if (buffers[number].length < length) {
      buffers[number] = new float[length];
    }
    return buffers[number];
  }

  /**
   * An array's elements on the heap, in C order. ND4J's own {@code asFloat} reads them one by one,
   * which takes seconds for tens of millions.
   *
   * @param array of floats
   */
  public static float[] of(INDArray array) {
    return Nd4j.getEnvironment().isCPU() ? read(array) : array.dup('c').data().asFloat();
  }

  /**
   * An array of numbers on the heap, which ND4J's own {@code createFromArray} writes one by one.
   *
   * @param values in C order; copied
   * @param shape of the array
   */
  public static INDArray array(float[] values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    to(array, values, 0);
    return array;
  }

  /**
   * Copies numbers from the heap over all elements of an array.
   *
   * @param array of floats
   * @param values to copy, in C order
   * @param offset of the first one
   */
  public static void to(INDArray array, float[] values, int offset) {
    int length = Math.toIntExact(array.length());
    if (Nd4j.getEnvironment().isCPU() && Contiguous.is(array)) {
      new FloatPointer(array.data().addressPointer()).put(values, offset, length);
    } else {
      float[] own = Arrays.copyOfRange(values, offset, offset + length);
      array.assign(Nd4j.createFromArray(own).reshape('c', array.shape()));
    }
  }

  static float[] read(INDArray array) {
    return read(array, new float[(int) array.length()]);
  }

  /** Copies an array's elements, in C order, to the start of a buffer. */
  static float[] read(INDArray array, float[] to) {
    INDArray dense = Contiguous.of(array);
    new FloatPointer(dense.data().addressPointer()).get(to, 0, (int) array.length());
    return to;
  }

  /** Copies the start of a buffer to a dense array. */
  static void write(float[] from, INDArray array) {
    if (!Contiguous.is(array)) {
      throw new IllegalArgumentException(
          "The array's elements do not lie one after the other: " + array.shapeInfoToString());
    }
    new FloatPointer(array.data().addressPointer()).put(from, 0, (int) array.length());
  }
}
