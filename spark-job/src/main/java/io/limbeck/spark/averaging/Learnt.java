package io.limbeck.spark.averaging;

import io.limbeck.spark.precision.Float16;
import java.io.Serializable;

/** Where a partition came to in a round, as it travels to the driver. */
public sealed interface Learnt extends Serializable {
  /** Nowhere: a partition that had nothing to learn from. */
  Learnt NOTHING = new Whole(new float[0]);

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
  record Whole(float[] parameters) implements Learnt {
    @Override
    public float[] from(float[] start) {
      return parameters;
    }

    @Override
    public long bytes() {
      return 4L * parameters.length;
    }
  }

  /**
   * The difference to the round's start in half precision. It is multiplied by a power of two,
   * which rounds nothing, so that the largest one uses the whole range and small ones are not lost.
   *
   * @param halves each difference times {@code 2^exponent}
   * @param exponent the same for all
   */
  record HalfDelta(short[] halves, int exponent) implements Learnt {

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
      short[] halves = new short[parameters.length];
      for (int i = 0; i < halves.length; i++) {
        halves[i] = Float16.of(Math.scalb(parameters[i] - start[i], exponent));
      }
      return new HalfDelta(halves, exponent);
    }

    @Override
    public float[] from(float[] start) {
      float[] parameters = new float[halves.length];
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = start[i] + Math.scalb(Float16.toFloat(halves[i]), -exponent);
      }
      return parameters;
    }

    @Override
    public long bytes() {
      return 2L * halves.length;
    }
  }
}
