package io.limbeck.spark.data;

import io.limbeck.spark.precision.Float16;
import java.io.Serializable;
import java.util.Map;

/**
 * What a teacher puts out for one view of the examples of a block, in their order.
 *
 * @param ids the examples' numbers
 * @param byVertex the outputs of each recorded vertex
 */
public record TeacherOutputs(long[] ids, Map<String, Output> byVertex) implements Serializable {

  /** One vertex' outputs, a row for each example. */
  public sealed interface Output extends Serializable {
    /** Shape of one example's. */
    long[] shape();

    /** Writes one example's numbers, in C order. */
    void copy(int example, float[] to, int offset);

    /** Numbers of one example. */
    default int length() {
      int length = 1;
      for (long size : shape()) {
        length = Math.toIntExact(length * size);
      }
      return length;
    }
  }

  /**
   * Numbers as they are.
   *
   * @param shape of one example's
   * @param values one after the other
   */
  public record Single(long[] shape, float[] values) implements Output {
    @Override
    public void copy(int example, float[] to, int offset) {
      System.arraycopy(values, example * length(), to, offset, length());
    }
  }

  /**
   * Rounded numbers.
   *
   * @param shape of one example's
   * @param values half-precision, one after the other
   */
  public record Half(long[] shape, short[] values) implements Output {
    @Override
    public void copy(int example, float[] to, int offset) {
      int length = length();
      for (int i = 0; i < length; i++) {
        to[offset + i] = Float16.toFloat(values[example * length + i]);
      }
    }
  }
}
