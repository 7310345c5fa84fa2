package io.limbeck.spark.precision;

/**
 * Half-precision numbers (IEEE 754-2019, binary16) as {@code short}: 11 significant bits, up to
 * 65504. Java has them from version 20 on.
 */
public final class Float16 {
  /** The largest finite one. */
  public static final float MAX_VALUE = 65504;

  private static final int SIGN = 0x8000;
  private static final int INFINITY = 0x7c00;
  private static final int LOST_BITS = 13;
  private static final int BIAS_DIFFERENCE = 127 - 15;
  // Adding it to a smaller number leaves that number's multiples of 2^-24 in the last bits.
  private static final float SUBNORMAL_SHIFT = 0.5f;

  private Float16() {}

  /**
   * The nearest half, ties to even.
   *
   * @param value overflows to infinity
   */
  public static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & SIGN;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | INFINITY | 0x200);
    }
    if (magnitude >= 65520) {
      return (short) (sign | INFINITY);
    }
    if (magnitude < 0x1p-14f) {
      int multiple =
          Float.floatToRawIntBits(magnitude + SUBNORMAL_SHIFT)
              - Float.floatToRawIntBits(SUBNORMAL_SHIFT);
      return (short) (sign | multiple);
    }
    int exact = bits & 0x7fffffff;
    int half = (1 << (LOST_BITS - 1)) - 1 + ((exact >>> LOST_BITS) & 1);
    int rounded = ((exact + half) >>> LOST_BITS) - (BIAS_DIFFERENCE << 10);
    return (short) (sign | rounded);
  }

  /**
   * The number that a half stands for.
   *
   * @param half its bits
   */
  public static float toFloat(short half) {
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    float magnitude;
    if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude =
          Float.intBitsToFloat(((exponent + BIAS_DIFFERENCE) << 23) | (fraction << LOST_BITS));
    }
    return (half & SIGN) == 0 ? magnitude : -magnitude;
  }
}
