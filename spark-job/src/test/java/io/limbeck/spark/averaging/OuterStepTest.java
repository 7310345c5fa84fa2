package io.limbeck.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.OuterOptimizer;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/**
 * On a problem with a known answer: partition k has the loss {@code (x - c_k)^2 / 2}, so H steps of
 * SGD with rate g take x to {@code c_k + (1 - g)^H (x - c_k)}, and the weighted mean is best.
 */
class OuterStepTest {
  private static final double[] TARGETS = {1, 2, 6};
  private static final double[] WEIGHTS = {1, 1, 2};
  private static final double BEST = 15 / 4.0;

  private static float mean(float x, double rate, int steps) {
    WeightedMean mean = new WeightedMean();
    for (int k = 0; k < TARGETS.length; k++) {
      double end = TARGETS[k] + Math.pow(1 - rate, steps) * (x - TARGETS[k]);
      mean.add(new Contribution(k, WEIGHTS[k], new float[] {(float) end}));
    }
    return mean.mean(null)[0];
  }

  private static float[] run(OuterOptimizer optimizer, int rounds, double rate) {
    OuterStep outer = new OuterStep(optimizer, new BitSet());
    float[] x = {10};
    float[] velocity = {};
    float[] path = new float[rounds];
    for (int round = 0; round < rounds; round++) {
      OuterStep.Moved moved = outer.step(x, new float[] {mean(x[0], rate, 5)}, velocity, rate);
      x = moved.parameters();
      velocity = moved.velocity();
      path[round] = x[0];
    }
    return path;
  }

  @Test
  void plainMean_goesToTheWeightedMean_atTheKnownRate() {
    double left = Math.pow(0.9, 5);
    float[] path = run(new OuterOptimizer.None(), 4, 0.1);
    for (int round = 0; round < path.length; round++) {
      double expected = BEST + Math.pow(left, round + 1) * (10 - BEST);
      assertThat((double) path[round]).isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void withoutMomentum_andRateOne_bothAreThePlainMean() {
    float[] plain = run(new OuterOptimizer.None(), 6, 0.1);
    assertThat(run(new OuterOptimizer.Nesterov(1, 0), 6, 0.1))
        .containsExactly(plain, within(1e-6f));
    assertThat(run(new OuterOptimizer.SlowMo(1, 0), 6, 0.1)).containsExactly(plain, within(1e-6f));
  }

  /** With {@code e = x - best}, a round's difference is {@code (1 - 0.9^5) e}: a recurrence. */
  @Test
  void nesterov_followsItsRecurrence_andArrives() {
    double gain = 1 - Math.pow(0.9, 5);
    double error = 10 - BEST;
    double velocity = 0;
    float[] path = run(new OuterOptimizer.Nesterov(0.7, 0.9), 200, 0.1);
    for (float x : path) {
      double difference = gain * error;
      velocity = 0.9 * velocity + difference;
      error -= 0.7 * (difference + 0.9 * velocity);
      assertThat((double) x).isCloseTo(BEST + error, within(2e-4));
    }
    assertThat((double) path[199]).isCloseTo(BEST, within(1e-3));
  }

  @Test
  void slowMo_isInUnitsOfTheInnerRate_soADecayKeepsItsMomentum() {
    OuterStep outer = new OuterStep(new OuterOptimizer.SlowMo(1, 0.5), new BitSet());
    OuterStep.Moved first = outer.step(new float[] {10}, new float[] {9}, new float[0], 0.1);
    assertThat(first.parameters()[0]).isEqualTo(9);
    assertThat(first.velocity()[0]).isCloseTo(10, within(1e-6f));
    // Nothing new, and a tenth of the rate: u = 0.5 * 10, x = 9 - 0.01 * 5.
    OuterStep.Moved second = outer.step(new float[] {9}, new float[] {9}, first.velocity(), 0.01);
    assertThat(second.velocity()[0]).isCloseTo(5, within(1e-6f));
    assertThat(second.parameters()[0]).isCloseTo(8.95f, within(1e-6f));
  }

  @Test
  void statistics_areTheMean_andHaveNoMomentum() {
    BitSet statistics = new BitSet();
    statistics.set(1);
    OuterStep outer = new OuterStep(new OuterOptimizer.Nesterov(0.7, 0.9), statistics);
    float[] start = {1, 1};
    float[] mean = {0.5f, 0.5f};
    OuterStep.Moved moved = outer.step(start, mean, new float[] {3, 3}, 0.1);
    assertThat(moved.parameters()[1]).isEqualTo(0.5f);
    assertThat(moved.velocity()[1]).isZero();
    assertThat(moved.parameters()[0]).isNotEqualTo(0.5f);
  }
}
