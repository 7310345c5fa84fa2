package io.limbeck.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Split split(double accuracy) {
    return new Split(100, accuracy, 1 - accuracy, List.of(accuracy), null, null, null, null);
  }

  private static ModelSeries series(double... accuracies) {
    List<RunRecord> runs =
        java.util.stream.IntStream.range(0, accuracies.length)
            .mapToObj(
                i ->
                    new RunRecord(
                        i + 1,
                        List.of(
                            new EpochRecord(
                                1,
                                Map.of("student.loss", 1.0),
                                0.1,
                                10,
                                split(0.5),
                                null,
                                1000,
                                0.9,
                                0)),
                        1,
                        new RunRecord.Evaluated(split(0.5), split(accuracies[i])),
                        new RunRecord.Evaluated(split(0.5), split(accuracies[i] - 0.01)),
                        Map.of(
                            "ensemble",
                            new RunRecord.Other(
                                new RunRecord.Evaluated(split(0.6), split(accuracies[i] + 0.02)),
                                new RunRecord.Evaluated(split(0.6), split(accuracies[i])))),
                        null,
                        2,
                        1000))
            .toList();
    return ModelSeries.of(6794, 27_000, runs);
  }

  private static Report report() {
    TeacherReport teacher = new TeacherReport(421_642, 1_500_000, split(0.9), split(0.92));
    ModelSeries alone = series(0.84, 0.86);
    ModelSeries distilled = series(0.87, 0.89);
    return new Report(
        "x",
        "SingleTeacherDistill",
        List.of(1L, 2L),
        "oneDNN",
        2,
        null,
        Map.of("test", 100L),
        teacher,
        null,
        null,
        alone,
        distilled,
        Map.of("ensemble", OtherSeries.of("ensemble", 6900, null, distilled.runs())),
        null,
        Report.gapRecovered(List.of(teacher), alone, distilled),
        new JobTimes(6, 1, 2, 3, 20, 19, 0.5, 32.5));
  }

  @Test
  void gapRecovered_byHand() {
    assertThat(report().gapRecovered()).isCloseTo(0.03 / 0.07, within(1e-12));
    assertThat(
            Report.gapRecovered(
                List.of(new TeacherReport(1, 1, null, split(0.8))), series(0.9), series(0.95)))
        .isNull();
    assertThat(Report.gapRecovered(List.of(), series(0.9), series(0.95))).isNull();
    List<TeacherReport> several =
        Stream.of(0.8, 0.98, 0.97)
            .map(accuracy -> new TeacherReport(1, 1, null, split(accuracy)))
            .toList();
    assertThat(Report.gapRecovered(several, series(0.9), series(0.95)))
        .as("of the gap to the best teacher")
        .isCloseTo(0.05 / 0.08, within(1e-12));
  }

  @Test
  void series_meanAndSampleDeviation() {
    Series series = Series.of(List.of(1.0, 2.0, 4.0));
    assertThat(series.mean()).isCloseTo(7 / 3.0, within(1e-12));
    assertThat(series.std()).isCloseTo(Math.sqrt(7 / 3.0), within(1e-12));
    assertThat(Series.of(List.of(3.0)).std()).isZero();
  }

  @Test
  void toJson_hasThePromisedKeys() throws IOException {
    JsonNode json = new ObjectMapper().readTree(report().toJson());
    assertThat(json.at("/teacher/test/accuracy").asDouble()).isEqualTo(0.92);
    assertThat(json.at("/student_alone/test/accuracy/mean").asDouble())
        .isCloseTo(0.85, within(1e-12));
    assertThat(json.at("/student_alone/test_last_epoch/accuracy/mean").asDouble())
        .isCloseTo(0.84, within(1e-12));
    assertThat(json.at("/distilled/test/accuracy/runs")).hasSize(2);
    assertThat(json.at("/gap_recovered").asDouble()).isCloseTo(0.03 / 0.07, within(1e-12));
    assertThat(json.at("/seconds/start_up").asDouble()).isEqualTo(6);
    assertThat(json.at("/seconds/steps").asDouble()).isEqualTo(19);
    assertThat(json.at("/others/ensemble/test/accuracy/mean").asDouble())
        .isCloseTo(0.9, within(1e-12));
    assertThat(json.has("model")).isFalse();
  }

  @Test
  void table_reads() {
    assertThat(SummaryTable.of(report()).lines())
        .containsExactly(
            "                  test acc. (best epoch)  test acc. (last epoch)  validation acc.  parameters  model bytes  examples/s",
            "teacher                          92.00 %                 92.00 %          90.00 %     421,642    1,500,000           -",
            "student alone             85.00 ± 1.41 %          84.00 ± 1.41 %   50.00 ± 0.00 %       6,794       27,000       1,000",
            "distilled                 88.00 ± 1.41 %          87.00 ± 1.41 %   50.00 ± 0.00 %       6,794       27,000       1,000",
            "beside: ensemble          90.00 ± 1.41 %          88.00 ± 1.41 %   60.00 ± 0.00 %       6,900            -           -",
            "gap recovered: 43 % of the way from the student alone to the teacher",
            "mean ± standard deviation of 2 runs, seeds [1, 2]",
            "time 32.5 s: start-up 6.0, preparation 1.0, data 2.0, evaluation 3.0, rounds 20.0 (steps 19.0), the rest 0.5");
  }
}
