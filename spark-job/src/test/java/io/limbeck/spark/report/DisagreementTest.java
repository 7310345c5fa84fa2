package io.limbeck.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.evaluation.Predictions;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisagreementTest {
  private static final int[] LABELS = {0, 0, 0, 1, 1, 2, 2, 2};
  private static final int[] TEACHER = {0, 0, 0, 1, 2, 2, 0, 1};
  private static final int[] STUDENT = {0, 1, 1, 1, 1, 2, 0, 0};

  @Test
  void of_byHand() {
    Disagreement found =
        Disagreement.of(
            "big", new Predictions(LABELS, TEACHER), new Predictions(LABELS, STUDENT), 3);
    assertThat(found)
        .isEqualTo(
            new Disagreement(
                "big",
                8,
                3,
                2,
                1,
                1,
                1,
                List.of(2L, 0L, 0L),
                List.of(0L, 1L, 0L),
                List.of(
                    new Disagreement.Pair(0, 1, 2, 2, 0),
                    new Disagreement.Pair(1, 0, 1, 0, 0),
                    new Disagreement.Pair(2, 1, 1, 0, 1))));
  }

  @Test
  void of_nothingToCompare_isNone() {
    Predictions student = new Predictions(LABELS, STUDENT);
    assertThat(Disagreement.of("", Predictions.NONE, student, 3)).isNull();
    assertThat(Disagreement.of("", student, Predictions.NONE, 3)).isNull();
  }
}
