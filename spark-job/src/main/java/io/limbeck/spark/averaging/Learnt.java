package io.limbeck.spark.averaging;

import io.limbeck.spark.precision.Float16;
import io.limbeck.spark.precision.FloatArray;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Where a partition came to in a round, as it travels to the driver. */
public sealed interface Learnt extends Serializable {
  /** Nowhere: a partition that had nothing to learn from. */
  Learnt NOTHING = new Whole(FloatArray.empty());

  /**
   * The parameters.
   *
   * @param start where the round started
   */
  float[] from(float[] start);

  /** Bytes of the numbers. */
  long bytes();

  /**
   * The parameters themselves.
   *
   * @param parameters after the round
   */
  record Whole(FloatArray parameters) implements Learnt {
    @Override
    public float[] from(float[] start) {
      return parameters.values();
    }

    @Override
    public long bytes() {
      return 4L * parameters.length();
    }
  }

  /**
   * The difference to the round's start in half precision. It is multiplied by a power of two,
   * which rounds nothing, so that the largest one uses the whole range and small ones are not lost.
   *
   * @param halves each difference times {@code 2^exponent}, two bytes each, little end first
   * @param exponent the same for all
   */
  record HalfDelta(byte[] halves, int exponent) implements Learnt {

    /**
     * What was learnt.
     *
     * @param parameters after the round
     * @param start before it
     */
    public static HalfDelta of(float[] parameters, float[] start) {
      float largest = 0;
      for (int i = 0; i < parameters.length; i++) {
        largest = Math.max(largest, Math.abs(parameters[i] - start[i]));
      }
      int exponent =
          largest == 0 || !Float.isFinite(largest)
              ? 0
              : Math.getExponent(Float16.MAX_VALUE) - 1 - Math.getExponent(largest);
      byte[] bytes = new byte[Short.BYTES * parameters.length];
      ShortBuffer halves = halves(bytes);
      for (int i = 0; i < parameters.length; i++) {
        halves.put(i, Float16.of(Math.scalb(parameters[i] - start[i], exponent)));
      }
      return new HalfDelta(bytes, exponent);
    }

    @Override
    public float[] from(float[] start) {
      ShortBuffer each = halves(halves);
      float[] parameters = new float[each.capacity()];
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = start[i] + Math.scalb(Float16.toFloat(each.get(i)), -exponent);
      }
      return parameters;
    }

    private static ShortBuffer halves(byte[] bytes) {
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    }

    @Override
    public long bytes() {
      return halves.length;
    }
  }
}
