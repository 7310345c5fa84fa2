package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ArrayFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.preparation.PlanText;
import io.limbeck.spark.preparation.Prepared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiStageTest {
  @TempDir private Path dir;
  private TinyExperiment tiny;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  /** A teacher's assistant, between the tiny experiment's teacher and its student. */
  private String assistant() {
    String json = tiny.json();
    int begin = json.indexOf("{", json.indexOf("\"algorithm\""));
    int end = json.indexOf("\"data\":");
    String algorithm = json.substring(begin, json.lastIndexOf(",", end));
    String stages =
        """
        { "type": "MultiStage", "stages": {
            "assistant": { "algorithm": %s },
            "student": {
              "base": "assistant",
              "algorithm": {
                "architecture": { "type": "Mlp", "hidden": [5] },
                "teacher": { "type": "SmallCnn", "channels": [3], "hidden": 8 },
                "teacher_ckpt": "stage:assistant/student.zip"
              },
              "schedule": { "epochs": 2 }
            } } }
        """
            .formatted(algorithm);
    return json.replace(algorithm, stages);
  }

  /** Connectors that learn before the student does. */
  private String pretraining() {
    return assistant()
        .replaceFirst(
            "(?s)\"student\": \\{.*?\"schedule\"",
            """
            "student": {
              "base": "assistant",
              "algorithm": {
                "init_cfg": { "checkpoint": "stage:assistant" },
                "student_trainable": true, "calculate_student_loss": true
              },
              "schedule\"""")
        .replaceFirst(
            "(?s)\"distiller\": .*?\\} \\} \\}\\n",
            """
            "student_trainable": false, "calculate_student_loss": false,
            "distiller": {
              "type": "ConfigurableDistiller",
              "student_recorders": { "n": { "type": "ModuleOutputs", "source": "neck.fc" } },
              "teacher_recorders": { "n": { "type": "ModuleOutputs", "source": "backbone.layer0.fc" } },
              "connectors": { "up": { "type": "TorchNNConnector", "module_name": "Linear",
                "module_args": { "in_features": 8, "out_features": 12 } } },
              "distill_losses": { "loss_l2": { "type": "L2Loss", "normalize": false } },
              "loss_forward_mappings": { "loss_l2": {
                "s_feature": { "from_student": true, "recorder": "n", "connector": "up" },
                "t_feature": { "from_student": false, "recorder": "n" } } }
            """);
  }

  private ExperimentConfig config(String json, String... overrides) {
    Path file = tiny.write("stages.json", json.getBytes(StandardCharsets.UTF_8));
    return new ConfigReader().read(file, List.of(overrides));
  }

  private JsonNode run(String json, String out, String... overrides) {
    return run(json, out, false, () -> false, overrides);
  }

  private JsonNode run(
      String json, String out, boolean resumes, BooleanSupplier stop, String... overrides) {
    List<String> all = new ArrayList<>(List.of("output.dir=" + dir.resolve(out)));
    all.addAll(List.of(overrides));
    PrintStream to = new PrintStream(printed, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(to), resumes, stop)
        .run(config(json, all.toArray(String[]::new)));
    return tiny.output(out + "/report.json");
  }

  @Test
  void everySeed_goesThroughAllStages() {
    JsonNode report = run(assistant(), "out");
    for (int i = 0; i < 2; i++) {
      JsonNode second = tiny.output("out/stages/student/seed-" + (i + 1) + "/report.json");
      assertThat(second.at("/teacher/test/accuracy").asDouble())
          .as("it has learnt from the assistant of its own seed")
          .isEqualTo(report.at("/stages/assistant/test/accuracy/runs/" + i).asDouble());
      assertThat(second.at("/distilled/test/accuracy/mean").asDouble())
          .isEqualTo(report.at("/distilled/test/accuracy/runs/" + i).asDouble());
    }
    assertThat(report.at("/stages/assistant/runs")).hasSize(2);
    assertThat(report.at("/distilled/runs/1/epochs")).hasSize(2);
    assertThat(report.at("/stages/assistant/runs/1/epochs")).hasSize(3);
    assertThat(report.at("/student_alone/parameters").asLong())
        .isEqualTo(report.at("/distilled/parameters").asLong());
    assertThat(report.at("/teacher/parameters").asLong())
        .as("the one that was there before, not the assistant")
        .isEqualTo(64 * 12 + 12 + 12 * 3 + 3);
    assertThat(report.has("teachers")).isFalse();
    assertThat(dir.resolve("out/student.zip")).isNotEmptyFile();
    assertThat(report.at("/seconds/rounds").asDouble()).isPositive();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("stage assistant (1 of 2), seed 1", "stage student (2 of 2), seed 2")
        .contains("stage assistant ", "student alone ", "distilled ");
  }

  /** Without any stage before it the student is that of an experiment of its own. */
  @Test
  void studentAlone_hasNothingOfTheStages() {
    JsonNode staged = run(pretraining(), "out", "repeats=1");
    JsonNode plain = run(tiny.json(), "plain", "repeats=1", "schedule.epochs=2");
    assertThat(staged.at("/student_alone/runs/0/epochs/1/losses/student.loss"))
        .isEqualTo(plain.at("/student_alone/runs/0/epochs/1/losses/student.loss"));
  }

  @Test
  void connectorsThatLearnFirst_areTheLastEpochs_andGoOn() throws IOException {
    JsonNode report = run(pretraining(), "out", "repeats=1");
    JsonNode first = report.at("/stages/assistant/runs/0");
    assertThat(first.at("/best_epoch").asInt())
        .as("of a student that does not learn, the last epoch's connectors count")
        .isEqualTo(3);
    double before = first.at("/epochs/2/losses/distill.loss_l2").asDouble();
    double after = report.at("/distilled/runs/0/epochs/0/losses/distill.loss_l2").asDouble();
    double fresh = first.at("/epochs/0/losses/distill.loss_l2").asDouble();
    assertThat(after).isLessThan(before).isLessThan(fresh);
    Path connectors = dir.resolve("out/stages/assistant/seed-1/connectors.npz");
    assertThat(ArrayFile.read(Files.readAllBytes(connectors), "c").keySet())
        .anyMatch(name -> name.startsWith("connectors.up."));
  }

  @Test
  void stoppedInAStage_goesOnToTheSameBits() throws IOException {
    String[] how = {"repeats=1", "checkpoint.every_rounds=1"};
    run(assistant(), "undisturbed", how);
    // In the student alone, in the first stage, at its end, in the second one.
    for (int round : new int[] {0, 3, 5, 7, 9, 10, 11, 12, 13}) {
      String out = "stopped-" + round;
      int[] asked = {0};
      assertThatThrownBy(() -> run(assistant(), out, false, () -> ++asked[0] > round, how))
          .isInstanceOf(StoppedException.class);
      assertThat(dir.resolve(out + "/report.json")).doesNotExist();
      printed.reset();
      run(assistant(), out, true, () -> false, how);
      // Once more, with nothing left to do.
      run(assistant(), out, true, () -> false, how);
      assertThat(ResumeTest.results(dir.resolve(out)))
          .as("stopped after round %d", round)
          .isEqualTo(ResumeTest.results(dir.resolve("undisturbed")));
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .contains("stage assistant (1 of 2), seed 1: done before");
    }
  }

  @Test
  void mistakeInALaterStage_isToldBeforeTheFirst() {
    String wrong =
        "algorithm.stages.student.algorithm.distiller.student_recorders.fc.source=head.fd";
    assertThatThrownBy(() -> run(assistant(), "out", wrong))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "Stage 'student': 'algorithm.distiller.student_recorders.fc.source' is \"head.fd\", which is not in the model,"
                + " did you mean 'head.fc'?");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void whatAnEarlierStageLeaves_isCheckedBefore_andNamedAsInTheConfig() {
    String wrong = "algorithm.stages.student.algorithm.teacher_ckpt=stage:assistant/model.zip";
    assertThatThrownBy(() -> run(assistant(), "out", wrong))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Stage 'student': 'algorithm.teacher_ckpt'")
        .hasMessageContaining("stage:assistant/model.zip")
        .hasMessageNotContaining("/seed-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          algorithm.stages.student.algorithm.teacher_ckpt=stage:asistant/student.zip | 'algorithm.stages.student.algorithm.teacher_ckpt' is "stage:asistant/student.zip", but "asistant" is not an earlier stage, did you mean 'assistant'? (known: assistant)
          algorithm.stages.assistant.algorithm.init_cfg={checkpoint: 'stage:student'} | 'algorithm.stages.assistant.algorithm.init_cfg.checkpoint' is "stage:student", but "student" is not an earlier stage
          algorithm.stages.student.base=asistant | 'algorithm.stages.student.base' is "asistant", which is not an earlier stage, did you mean 'assistant'? (known: assistant)
          algorithm.stages.student-alone={base: assistant} | 'algorithm.stages': "student-alone" cannot be the name of a stage: it is taken
          algorithm.stages.a/b={base: assistant} | 'algorithm.stages': "a/b" cannot be the name of a stage, which becomes one of files: letters, digits, - and _
          algorithm.stages.student.schedul={} | 'algorithm.stages.student.schedul' is not a key of 'algorithm.stages.student', did you mean 'schedule'?
          algorithm.stages.student.algorithm.stop_epoch=0 | 'algorithm.stages.student.algorithm.stop_epoch' is 0 but must be >= 1
          teacher_cache={path: c} | 'teacher_cache' is given for all stages: give it to those in 'algorithm.stages' that have one frozen teacher
          algorithm.stages.student.epoch=first | 'algorithm.stages.student.epoch' is "first" but must be one of best, last
          """)
  void mistakes_areNamed(String override, String message) {
    assertThatThrownBy(() -> config(assistant(), override))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatBlocksOfAStageAskOfEachOther_isNamedWithTheStage() {
    assertThatThrownBy(
            () ->
                config(
                    assistant(),
                    "algorithm.stages.student.algorithm.stop_epoch=1",
                    "algorithm.stages.student.algorithm.student_loss_weight=0"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Stage 'student': 'algorithm.stop_epoch' is 1");
  }

  @Test
  void anotherConfig_isNotContinued() {
    String[] how = {"repeats=1"};
    int[] asked = {0};
    assertThatThrownBy(() -> run(assistant(), "out", false, () -> ++asked[0] > 3, how))
        .isInstanceOf(StoppedException.class);
    assertThatThrownBy(
            () ->
                run(
                    assistant(),
                    "out",
                    true,
                    () -> false,
                    "repeats=1",
                    "algorithm.stages.student.schedule.epochs=1"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'algorithm.stages.student.schedule.epochs' was 2 and is 1");
  }

  @Test
  void plan_isOfEveryStage() {
    ExperimentConfig config = config(assistant());
    Map<String, Prepared> checked = new Stages(config).check(TestSpark.session());
    assertThat(checked.keySet()).containsExactly("assistant", "student");
    assertThat(PlanText.of(checked.get("student")))
        .contains("teacher       SmallCnn[channels=[3]")
        .contains("output        " + dir.resolve("out/stages/student/seed-1"));
  }
}
