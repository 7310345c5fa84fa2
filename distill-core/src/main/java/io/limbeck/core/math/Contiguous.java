package io.limbeck.core.math;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays whose elements lie one after the other in C order, as native code takes them. */
public final class Contiguous {
  private Contiguous() {}

  /** The array itself, or a copy, with its elements one after the other in C order. */
  public static INDArray of(INDArray array) {
    return is(array) ? array : array.dup('c');
  }

  /**
   * Whether an array's elements lie one after the other in C order, whatever ND4J calls its order:
   * strides of dimensions with one element do not matter.
   */
  public static boolean is(INDArray array) {
    long expected = 1;
    for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
      long size = array.size(dimension);
      if (size != 1 && array.stride(dimension) != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }

  /** Where an array's first element is. */
  public static Pointer address(INDArray array) {
    return array.data().addressPointer();
  }
}
