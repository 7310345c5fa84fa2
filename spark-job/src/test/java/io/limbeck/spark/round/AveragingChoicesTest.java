package io.limbeck.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.spark.data.ExampleSet;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** What a config may choose, through real rounds. */
class AveragingChoicesTest extends EngineFixture {
  @Test
  void updaterState_reset_startsEveryRoundAfresh() {
    ExampleSet examples = examples(48, 2);
    Setting setting = new Setting(false, NESTEROVS, 8, 3);
    AveragingConfig reset = new AveragingConfig(null, 1, true, UpdaterState.RESET);
    TrainingState after = setting.train(examples, reset, 1);
    assertThat(after.parameters()).isNotEqualTo(setting.train(examples, every(1), 1).parameters());
    assertThat(after.updaterState()).isEmpty();
  }

  @Test
  void weighted_countsExamples() {
    ExampleSet examples = examples(11, 2);
    Setting setting = new Setting(false, SGD, 6, 1);
    AveragingConfig unweighted = new AveragingConfig(null, 1, false, UpdaterState.AVERAGE);
    assertThat(setting.train(examples, unweighted, 1).parameters())
        .isNotEqualTo(setting.train(examples, every(1), 1).parameters());
  }

  /** Three rounds of Nesterov's outer step, against the formula and the plain means. */
  @Test
  void outerStep_movesWhatLearns_andNotBatchNormsStatistics() {
    ExampleSet examples = examples(48, 2);
    Setting setting = new Setting(true, NESTEROVS, 8, 3);
    AveragingConfig nesterov =
        with(3, new OuterOptimizer.Nesterov(0.7, 0.9), Deltas.SINGLE, BadNumbers.STOP);
    TrainingState found = setting.start();
    TrainingState expected = found;
    double[] velocity = new double[expected.parameters().length];
    BitSet statistics = ParameterLayout.of(setting.step().student().network()).statistics(0);
    assertThat(statistics.cardinality()).isPositive();
    for (int epoch = 0; epoch < 3; epoch++) {
      found = setting.epoch(examples, nesterov, found, epoch);
      TrainingState mean = setting.epoch(examples, every(3), expected, epoch);
      float[] next = mean.parameters().clone();
      for (int i = 0; i < next.length; i++) {
        if (!statistics.get(i)) {
          double start = expected.parameters()[i];
          double difference = start - mean.parameters()[i];
          velocity[i] = (float) (0.9 * velocity[i] + difference);
          next[i] = (float) (start - 0.7 * (difference + 0.9 * velocity[i]));
        }
      }
      expected = mean.withParameters(next);
      assertThat(found.parameters()).isEqualTo(expected.parameters());
    }
  }

  @Test
  void halfDeltas_areNearlyTheSame_andRepeatable() {
    ExampleSet examples = examples(50, 2);
    Setting setting = new Setting(true, NESTEROVS, 8, 4);
    AveragingConfig half = with(2, new OuterOptimizer.None(), Deltas.HALF, BadNumbers.STOP);
    float[] start = setting.start().parameters();
    float[] whole = setting.train(examples, every(2), 1).parameters();
    float[] halved = setting.train(examples, half, 1).parameters();
    assertThat(halved).isNotEqualTo(whole);
    assertThat(distance(halved, whole)).isLessThan(2e-3 * distance(whole, start));
    assertThat(setting.train(examples, half, 1).parameters()).isEqualTo(halved);
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }
}
