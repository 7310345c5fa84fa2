package io.limbeck.dl4j.connector;

/** The mean of the negative part of a normal distribution. */
final class Margins {
  /** Below this probability of a negative value the mean is that of a far tail. */
  private static final double RARE = 0.001;

  private Margins() {}

  /**
   * The mean of the negative values.
   *
   * @param scale of the distribution, its sign does not matter; with zero all values are the offset
   * @param offset its mean
   */
  static double of(double scale, double offset) {
    double s = Math.abs(scale);
    if (s == 0) {
      return Math.min(offset, 0);
    }
    double ratio = offset / s;
    double negative = normal(-ratio);
    return negative > RARE
        ? offset - s * Math.exp(-ratio * ratio / 2) / (Math.sqrt(2 * Math.PI) * negative)
        : -3 * s;
  }

  /**
   * The normal distribution function by its series {@code 1/2 + phi(x) (x + x^3/3 + x^5/15 + …)},
   * exact to rounding where it is used, between -8 and 8.
   */
  private static double normal(double x) {
    if (x < -8) {
      return 0;
    }
    if (x > 8) {
      return 1;
    }
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && i < 400; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
