package io.limbeck.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftTest {
  private static final float[] START = {1, -2, 3};

  private static double drift(List<float[]> ends, double... weights) {
    Drift drift = new Drift();
    double[] mean = new double[START.length];
    double all = 0;
    for (double weight : weights) {
      all += weight;
    }
    for (int k = 0; k < weights.length; k++) {
      drift.add(weights[k], Drift.squaredMove(START, ends.get(k)));
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weights[k] / all * (ends.get(k)[i] - START[i]);
      }
    }
    double squared = 0;
    for (double each : mean) {
      squared += each * each;
    }
    return drift.of(squared);
  }

  @Test
  void sameWay_isNone() {
    float[] end = {2, -2, 5};
    assertThat(drift(List.of(end, end), 3, 1)).isCloseTo(0, within(1e-7));
  }

  @Test
  void oppositeWays_areAll() {
    assertThat(drift(List.of(new float[] {2, -2, 3}, new float[] {0, -2, 3}), 1, 1)).isEqualTo(1);
  }

  @Test
  void rightAngles_ofTwo_areTheRootOfAHalf() {
    assertThat(drift(List.of(new float[] {2, -2, 3}, new float[] {1, -1, 3}), 5, 5))
        .isCloseTo(Math.sqrt(0.5), within(1e-12));
  }

  @Test
  void nobodyMoved_isNone() {
    assertThat(drift(List.of(START, START), 1, 1)).isZero();
  }

  /** Held against the definition: the weighted variance over the weighted mean of squares. */
  @Test
  void weighted_isTheRootOfTheVariancesShare() {
    Random random = new Random(3);
    double[] weights = {5, 2, 9};
    float[][] ends = new float[3][3];
    for (float[] end : ends) {
      for (int i = 0; i < 3; i++) {
        end[i] = START[i] + (float) random.nextGaussian();
      }
    }
    double variance = 0;
    double squares = 0;
    for (int i = 0; i < 3; i++) {
      double mean = 0;
      for (int k = 0; k < 3; k++) {
        mean += weights[k] / 16 * (ends[k][i] - START[i]);
      }
      for (int k = 0; k < 3; k++) {
        double way = ends[k][i] - START[i];
        variance += weights[k] / 16 * (way - mean) * (way - mean);
        squares += weights[k] / 16 * way * way;
      }
    }
    assertThat(drift(List.of(ends), weights))
        .isCloseTo(Math.sqrt(variance / squares), within(1e-9));
  }
}
