package io.limbeck.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResultsPageTest {
  private static final int STUDENT = 6794;

  private static Split split(double accuracy) {
    return new Split(100, accuracy, 1 - accuracy, List.of(accuracy), null, null, null, null);
  }

  /** Test accuracies of the best epochs; those of the last ones are a point less. */
  private static ModelSeries model(long parameters, double... accuracies) {
    List<RunRecord> runs =
        IntStream.range(0, accuracies.length)
            .mapToObj(
                i ->
                    new RunRecord(
                        i + 1,
                        List.of(),
                        1,
                        new RunRecord.Evaluated(split(0.5), split(accuracies[i])),
                        new RunRecord.Evaluated(split(0.5), split(accuracies[i] - 0.01)),
                        Map.of(
                            "peer",
                            new RunRecord.Other(
                                new RunRecord.Evaluated(null, split(0.9)),
                                new RunRecord.Evaluated(null, split(0.8)))),
                        null,
                        2,
                        1000))
            .toList();
    return ModelSeries.of(parameters, 27_000, runs);
  }

  private static ResultsPage.Entry entry(
      String label, ModelSeries alone, ModelSeries distilled, boolean peers) {
    TeacherReport teacher = peers ? null : new TeacherReport(421_642, 1_500_000, null, split(0.92));
    return new ResultsPage.Entry(
        label,
        "../" + label + ".json",
        new Report(
            label,
            peers ? "OnlineDistill" : "SingleTeacherDistill",
            List.of(1L, 2L, 3L),
            "oneDNN",
            2,
            null,
            Map.of("test", 100L),
            teacher,
            null,
            null,
            alone,
            distilled,
            peers ? Map.of("peer", OtherSeries.of("peer", 9000, null, distilled.runs())) : null,
            null,
            null,
            null));
  }

  private static String page() {
    return ResultsPage.of(
        List.of(
            entry("kd", model(STUDENT, 0.85, 0.86, 0.87), model(STUDENT, 0.88, 0.88, 0.88), false),
            entry("worse", null, model(STUDENT, 0.80, 0.80, 0.80), false),
            entry("alike", null, model(STUDENT, 0.86, 0.87, 0.88), true),
            entry("other", model(99, 0.5, 0.5, 0.5), model(99, 0.6, 0.6, 0.6), false),
            entry("nothing", null, model(98, 0.6, 0.6, 0.6), false)),
        Map.of("bad", "Training diverged"),
        "limbeck results");
  }

  @Test
  void row_comparesWithTheStudentAlone_andWithTheFirst() {
    assertThat(page().lines())
        .contains(
            "| [kd](../kd.json) | SingleTeacherDistill | 3 | 92.00 | 6,794 | 86.00 ± 1.00 | 88.00 ± 0.00 | 87.00 ± 0.00 |"
                + " 33 % | +2.00 ± 0.58 | - | 1,000 |",
            "| [worse](../worse.json) | SingleTeacherDistill | 3 | 92.00 | 6,794 | 86.00 ± 1.00 | 80.00 ± 0.00 |"
                + " 79.00 ± 0.00 | -100 % | -6.00 ± 0.58 | -8.00 ± 0.00 | 1,000 |",
            "| [alike](../alike.json) | OnlineDistill | 3 | - | 6,794 | 86.00 ± 1.00 | 87.00 ± 1.00 | 86.00 ± 1.00 | - |"
                + " +1.00 ± 0.82 | -1.00 ± 0.58 | 1,000 |");
  }

  /** Another student is held against its own, and one without any against nothing. */
  @Test
  void otherStudents_areNotComparedWithTheFirst() {
    assertThat(page().lines())
        .contains(
            "| [other](../other.json) | SingleTeacherDistill | 3 | 92.00 | 99 | 50.00 ± 0.00 | 60.00 ± 0.00 | 59.00 ± 0.00"
                + " | 24 % | +10.00 ± 0.00 | - | 1,000 |",
            "| [nothing](../nothing.json) | SingleTeacherDistill | 3 | 92.00 | 98 | - | 60.00 ± 0.00 | 59.00 ± 0.00 | - | -"
                + " | - | 1,000 |");
  }

  @Test
  void page_saysWhatLoses() {
    assertThat(page().lines())
        .contains(
            "- Loses to the student alone: worse (-6.00 ± 0.58).",
            "- No different from the student alone: alike (+1.00 ± 0.82).",
            "- Loses to kd: worse (-8.00 ± 0.00).",
            "- No different from kd: alike (-1.00 ± 0.58).",
            "- Better than the student alone: kd (+2.00 ± 0.58), other (+10.00 ± 0.00).",
            "- Better than kd: none.",
            "- bad: Training diverged",
            "| alike | peer | 9,000 | 90.00 ± 0.00 | 80.00 ± 0.00 |");
  }
}
