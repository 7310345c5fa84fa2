package io.limbeck.spark.averaging;

/**
 * How far the workers' networks went apart in a round. With {@code d_k} the way of worker k from
 * the round's start, {@code m} the mean of those ways and {@code w_k} the weights, which add up to
 * one, their weighted variance is {@code sum(w_k |d_k|^2) - |m|^2}; the drift is the root of its
 * share of {@code sum(w_k |d_k|^2)}. It is 0 where all went the same way, and 1 where their ways
 * cancel out. Two workers that go ways at right angles, of one length, have 0.71.
 */
public final class Drift {
  private double weights;
  private double squares;

  /**
   * Adds a worker.
   *
   * @param weight in the mean
   * @param squaredMove squared length of its way
   * @return this
   */
  public Drift add(double weight, double squaredMove) {
    weights += weight;
    squares += weight * squaredMove;
    return this;
  }

  /**
   * The drift.
   *
   * @param squaredMeanMove squared length of the mean's way
   * @return 0 to 1
   */
  public double of(double squaredMeanMove) {
    return squares == 0 ? 0 : Math.sqrt(Math.max(0, 1 - squaredMeanMove * weights / squares));
  }

  /**
   * The squared length of a way.
   *
   * @param from where it starts
   * @param to where it ends
   */
  public static double squaredMove(float[] from, float[] to) {
    double sum = 0;
    for (int i = 0; i < to.length; i++) {
      double difference = to[i] - from[i];
      sum += difference * difference;
    }
    return sum;
  }
}
