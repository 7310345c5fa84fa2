package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopEpochTest {
  private static final String STOP = "algorithm.stop_epoch=1";

  @TempDir private Path dir;
  private TinyExperiment tiny;

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  /** Runs, and gives the student's file. */
  private byte[] run(String out, String... overrides) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("repeats=1", "student_alone=false", "output.dir=" + dir.resolve(out)));
    all.addAll(List.of(overrides));
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(nowhere))
        .run(tiny.config(all.toArray(String[]::new)));
    return Files.readAllBytes(dir.resolve(out).resolve("models/distilled-seed-1-last.zip"));
  }

  private List<JsonNode> epochs(String out) {
    List<JsonNode> epochs = new ArrayList<>();
    tiny.output(out + "/report.json").at("/distilled/runs/0/epochs").forEach(epochs::add);
    return epochs;
  }

  private static List<String> losses(JsonNode epoch) {
    List<String> names = new ArrayList<>();
    epoch.get("losses").fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void fromThere_thereAreLabelsAlone_andNoTeacherRuns() throws IOException {
    assertThat(run("stopped", STOP)).isNotEqualTo(run("whole"));
    List<JsonNode> epochs = epochs("stopped");
    assertThat(epochs).hasSize(3);
    assertThat(losses(epochs.get(0))).containsExactly("distill.loss_kl", "student.loss");
    assertThat(epochs.get(0).get("teacher_share").asDouble()).isPositive();
    for (JsonNode epoch : epochs.subList(1, 3)) {
      assertThat(losses(epoch)).containsExactly("student.loss");
      assertThat(epoch.get("teacher_share").asDouble()).isZero();
    }
  }

  @Test
  void whatWeighsNothing_isNotMissed() throws IOException {
    String weightless = "algorithm.distiller.distill_losses.loss_kl.loss_weight=0.0";
    assertThat(run("stopped", STOP, weightless)).isEqualTo(run("whole", weightless));
  }

  @Test
  void withCachedTeacher_isTheSameToTheBit() throws IOException {
    String cache = "teacher_cache={path: " + dir.resolve("cache") + "}";
    byte[] uncached = run("uncached", STOP);
    assertThat(run("filled", STOP, cache)).isEqualTo(uncached);
    assertThat(run("read", STOP, cache)).isEqualTo(uncached);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          algorithm.student_trainable=false | 'algorithm.student_trainable' is false
          algorithm.calculate_student_loss=false | 'algorithm.calculate_student_loss' is false and 'algorithm.student_loss_weight' 1.0
          algorithm.student_loss_weight=0 | 'algorithm.calculate_student_loss' is true and 'algorithm.student_loss_weight' 0.0
          algorithm.distiller.distill_deliveries={d: {type: ModuleOutputs, source: head.fc}} | 'algorithm.distiller.distill_deliveries.d' has a part of it be the teacher's in every step
          """)
  void withNothingLeftToLearnFrom_isRefused(String override, String why) {
    assertThatThrownBy(() -> tiny.config(STOP, override))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.stop_epoch' is 1, from which epoch on the student learns from labels alone, but "
                + why);
  }
}
