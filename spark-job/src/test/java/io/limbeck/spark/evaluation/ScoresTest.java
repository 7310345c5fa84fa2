package io.limbeck.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScoresTest {
  private final Scores scores = counted(new long[][] {{3, 1, 0}, {0, 2, 2}, {0, 0, 0}}, 4, false);

  private static Scores counted(long[][] confusion, double crossEntropySum, boolean ofPixels) {
    return new Scores(confusion, crossEntropySum, ofPixels, Calibration.none(), Predictions.NONE);
  }

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
    Scores without = counted(new long[][] {{3, 1, 0}, {0, 2, 0}, {0, 0, 0}}, 0, true);
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

  /** Half a bin wide are 1/30: 0.95 and 1 are in the last bin, 0.5 in the eighth of fifteen. */
  @Test
  void calibration_byHand() {
    Calibration some = Calibration.none();
    some.count(0.95, true);
    some.count(1, false);
    Calibration others = Calibration.none();
    others.count(0.5, true);
    others.count(0.52, true);
    Calibration all = some.plus(others);
    assertThat(all.examples()[14]).isEqualTo(2);
    assertThat(all.examples()[7]).isEqualTo(2);
    assertThat(all.correct()[14]).isEqualTo(1);
    assertThat(all.confidenceSum()[7]).isEqualTo(1.02);
    // |1 - 1.95| and |2 - 1.02|, over four examples.
    assertThat(all.expectedError()).isCloseTo((0.95 + 0.98) / 4, within(1e-12));
  }

  @Test
  void predictions_areInTheOrderOfTheirPartitions() {
    Predictions all =
        Predictions.NONE
            .plus(new Predictions(new int[] {1, 2}, new int[] {1, 1}))
            .plus(Predictions.NONE)
            .plus(new Predictions(new int[] {0}, new int[] {2}));
    assertThat(all.labels()).containsExactly(1, 2, 0);
    assertThat(all.classes()).containsExactly(1, 1, 2);
  }
}
