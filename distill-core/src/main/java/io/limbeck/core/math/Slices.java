package io.limbeck.core.math;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An array as slices on the heap, some at a time, as doubles whatever its own type is. Sums over a
 * few classes cost less there than the calls of native operations, and for large maps many loops
 * over what is in the cache cost less than as many passes over memory.
 *
 * <p>A slice is {@code [along, inner]}: what the elements that are summed have in common.
 *
 * @param array all of them, in C order
 * @param count of slices
 * @param along elements of the dimensions that are summed over
 * @param inner elements of the dimensions behind those
 */
record Slices(INDArray array, int count, int along, int inner) {
  private static final int ELEMENTS_AT_ONCE = 1 << 15;

  /**
   * The slices of an array.
   *
   * @param array of single or double precision; what is neither is taken as single
   * @param dimensions that are summed over, one behind the other, such as {@code 2, 3}
   */
  static Slices of(INDArray array, int... dimensions) {
    boolean known = array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE;
    INDArray dense = Contiguous.of(known ? array : array.castTo(DataType.FLOAT));
    int last = dimensions[dimensions.length - 1];
    int count = product(array.shape(), 0, dimensions[0]);
    int along = product(array.shape(), dimensions[0], last + 1);
    int inner = product(array.shape(), last + 1, array.rank());
    return new Slices(dense, count, along, inner);
  }

  private static int product(long[] shape, int from, int to) {
    return Math.toIntExact(Arrays.stream(shape, from, to).reduce(1, (a, b) -> a * b));
  }

  /** Slices of a new array, whose elements are whatever was there. */
  Slices like() {
    INDArray fresh = Nd4j.createUninitialized(array.dataType(), array.shape(), 'c');
    return new Slices(fresh, count, along, inner);
  }

  /** The array in the type of another one, whose shape it has. */
  INDArray as(INDArray other) {
    return array.castTo(other.dataType());
  }

  /** Elements of a slice. */
  int length() {
    return along * inner;
  }

  /** So many slices are read at once, but for the last ones. */
  int atOnce() {
    return Math.max(1, Math.min(count, ELEMENTS_AT_ONCE / Math.max(1, length())));
  }

  /** Room for the slices that are read at once. */
  double[] room() {
    return new double[atOnce() * length()];
  }

  /** How many slices there are from one on, of those that are read at once. */
  int from(int first) {
    return Math.min(atOnce(), count - first);
  }

  /** Reads slices. */
  void read(int first, double[] to) {
    int elements = from(first) * length();
    if (!Nd4j.getEnvironment().isCPU()) {
      System.arraycopy(some(first).dup('c').data().asDouble(), 0, to, 0, elements);
    } else if (array.dataType() == DataType.DOUBLE) {
      new DoublePointer(array.data().addressPointer()).position(offset(first)).get(to, 0, elements);
    } else {
      float[] values = new float[elements];
      new FloatPointer(array.data().addressPointer()).position(offset(first)).get(values);
      for (int i = 0; i < elements; i++) {
        to[i] = values[i];
      }
    }
  }

  /** Writes slices. */
  void write(double[] from, int first) {
    int elements = from(first) * length();
    if (!Nd4j.getEnvironment().isCPU()) {
      INDArray values = Nd4j.createFromArray(Arrays.copyOf(from, elements));
      some(first).assign(values.reshape('c', from(first), length()));
    } else if (array.dataType() == DataType.DOUBLE) {
      new DoublePointer(array.data().addressPointer())
          .position(offset(first))
          .put(from, 0, elements);
    } else {
      float[] values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = (float) from[i];
      }
      new FloatPointer(array.data().addressPointer()).position(offset(first)).put(values);
    }
  }

  private long offset(int first) {
    return (long) first * length();
  }

  private INDArray some(int first) {
    return array
        .reshape('c', count, length())
        .get(NDArrayIndex.interval(first, first + from(first)), NDArrayIndex.all());
  }
}
