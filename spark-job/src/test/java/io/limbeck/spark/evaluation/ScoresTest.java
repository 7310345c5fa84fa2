package io.limbeck.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScoresTest {
  private final Scores scores = new Scores(new long[][] {{3, 1, 0}, {0, 2, 2}, {0, 0, 0}}, 4);

  @Test
  void figures_byHand() {
    assertThat(scores.examples()).isEqualTo(8);
    assertThat(scores.accuracy()).isEqualTo(5 / 8.0);
    assertThat(scores.crossEntropy()).isEqualTo(0.5);
    assertThat(scores.accuracyByClass()).containsExactly(0.75, 0.5, Double.NaN);
  }

  /** Class 0: 3 in common of 3 + 1 labelled and 3 predicted; class 1: 2 of 4 and 3. */
  @Test
  void iou_byHand() {
    assertThat(scores.iouByClass()).containsExactly(3 / 4.0, 2 / 5.0, 0);
    assertThat(scores.meanIou()).isEqualTo((0.75 + 0.4 + 0) / 3);
    Scores without = new Scores(new long[][] {{3, 1, 0}, {0, 2, 0}, {0, 0, 0}}, 0, true);
    assertThat(without.iouByClass()).containsExactly(3 / 4.0, 2 / 3.0, Double.NaN);
    assertThat(without.meanIou()).isEqualTo((3 / 4.0 + 2 / 3.0) / 2);
    assertThat(Scores.none(3).plus(without).ofPixels()).isTrue();
  }

  @Test
  void oneHotLabels_areClasses_orNone() {
    assertThat(OneHotLabels.of(Nd4j.createFromArray(new float[][] {{0, 1, 0}, {1, 0, 0}})))
        .containsExactly(1, 0);
    // Two examples of 1 x 2 pixels, two classes; the last pixel has none.
    INDArray maps =
        Nd4j.createFromArray(new float[] {1, 0, 0, 1, 0, 0, 1, 0}).reshape('c', 2, 2, 1, 2);
    assertThat(OneHotLabels.of(maps)).containsExactly(0, 1, 1, OneHotLabels.NONE);
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
