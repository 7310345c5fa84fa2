package io.limbeck.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoresTest {
  private final Scores scores = new Scores(new long[][] {{3, 1, 0}, {0, 2, 2}, {0, 0, 0}}, 4);

  @Test
  void figures_byHand() {
    assertThat(scores.examples()).isEqualTo(8);
    assertThat(scores.accuracy()).isEqualTo(5 / 8.0);
    assertThat(scores.crossEntropy()).isEqualTo(0.5);
    assertThat(scores.accuracyByClass()).containsExactly(0.75, 0.5, Double.NaN);
  }

  @Test
  void plus_adds_noneIsIdentity() {
    Scores twice = scores.plus(scores);
    assertThat(twice.examples()).isEqualTo(16);
    assertThat(twice.accuracy()).isEqualTo(scores.accuracy());
    assertThat(twice.crossEntropySum()).isEqualTo(8);
    assertThat(Scores.none(3).plus(scores).confusion()).isDeepEqualTo(scores.confusion());
  }
}
