package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class MultiTeacherTest {
  @TempDir private Path dir;
  private TinyExperiment tiny;

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
    InputType input = InputType.convolutional(8, 8, 1);
    tiny.write(
        "other.zip",
        ModelFile.write(
            Networks.fresh(
                new Architectures(input, 3, 9, DataType.FLOAT).mlp(new Mlp(List.of(7, 6), null))),
            1,
            8,
            8));
  }

  /** The tiny experiment with teachers of these files. */
  private Path config(String first, String second, String loss) {
    String json =
        tiny.json()
            .replace("SingleTeacherDistill", "MultiTeacherDistill")
            .replaceFirst(
                "\"teacher\": .*\\n.*teacher_ckpt.*",
                """
                "teachers": { "a": %s, "b": %s },
                """
                    .formatted(first, second))
            .replaceFirst(
                "\"teacher_recorders\".*",
                """
                "teacher_recorders": { "a": { "type": "ModuleOutputs", "source": "a.head.fc" },
                  "b": { "type": "ModuleOutputs", "source": "b.head.fc" } },
                """)
            .replaceFirst("(?s)\"distill_losses\".*?\\} \\} \\}\\n", loss);
    return tiny.write("several.json", json.getBytes(StandardCharsets.UTF_8));
  }

  private String teacher(String hidden, String file) {
    return "{ \"architecture\": { \"type\": \"Mlp\", \"hidden\": %s }, \"teacher_ckpt\": \"%s\" }"
        .formatted(hidden, dir.resolve(file));
  }

  private static String loss(String more, String mappings) {
    return """
        "distill_losses": { "loss_kl": { "type": "MultiTeacherKLDivergence", "tau": 2, "loss_weight": 0.5,
          "teachers": ["a", "b"] %s } },
        "loss_forward_mappings": { "loss_kl": {
          "preds_S": { "from_student": true, "recorder": "fc" },
          "preds_a": { "from_student": false, "recorder": "a" },
          "preds_b": { "from_student": false, "recorder": "b" } %s } }
        """
        .formatted(more, mappings);
  }

  /** Runs, and gives the report. */
  private JsonNode run(Path config, String out, String... overrides) {
    List<String> all = new ArrayList<>(List.of("repeats=1", "output.dir=" + dir.resolve(out)));
    all.addAll(List.of(overrides));
    PrintStream printed = new PrintStream(table, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(printed))
        .run(new ConfigReader().read(config, all));
    return tiny.output(out + "/report.json");
  }

  private final ByteArrayOutputStream table = new ByteArrayOutputStream();

  private static List<Double> losses(JsonNode report) {
    List<Double> losses = new ArrayList<>();
    report
        .at("/distilled/runs/0/epochs")
        .forEach(epoch -> losses.add(epoch.at("/losses/distill.loss_kl").asDouble()));
    return losses;
  }

  @Test
  void twiceTheSameTeacher_isThatTeacher() {
    String same = teacher("[12]", "teacher.zip");
    List<Double> twice = losses(run(config(same, same, loss("", "")), "twice"));
    List<Double> once = losses(run(tiny.file(), "once"));
    assertThat(once).hasSize(3);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(twice.get(epoch)).isCloseTo(once.get(epoch), within(1e-4 * once.get(epoch)));
    }
  }

  @Test
  void teachersOfDifferentForm_areToldApart() {
    Path config =
        config(teacher("[12]", "teacher.zip"), teacher("[7, 6]", "other.zip"), loss("", ""));
    JsonNode report = run(config, "out");
    assertThat(report.get("algorithm").asText()).isEqualTo("MultiTeacherDistill");
    assertThat(report.at("/teachers/a/parameters").asLong()).isEqualTo(64 * 12 + 12 + 12 * 3 + 3);
    assertThat(report.at("/teachers/b/parameters").asLong())
        .isEqualTo(64 * 7 + 7 + 7 * 6 + 6 + 6 * 3 + 3);
    assertThat(table.toString(StandardCharsets.UTF_8))
        .contains("teacher a ", "teacher b ", "student alone ", "distilled ");
    double both = losses(report).get(2);
    double onlyB =
        losses(
                run(
                    config,
                    "b",
                    "algorithm.distiller.distill_losses.loss_kl.weighting=fixed",
                    "algorithm.distiller.distill_losses.loss_kl.weights=[0, 1]"))
            .get(2);
    assertThat(onlyB).isNotCloseTo(both, within(0.05 * both));
  }

  @Test
  void weightsOfExamples_needTheirLabels() {
    String first = teacher("[12]", "teacher.zip");
    String second = teacher("[7, 6]", "other.zip");
    String confidence = ", \"weighting\": \"confidence\"";
    assertThatThrownBy(() -> run(config(first, second, loss(confidence, "")), "out"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("gt_labels");
    String labels =
        ", \"gt_labels\": { \"recorder\": \"labels\", \"from_student\": true, \"data_idx\": 1 }";
    Path config = config(first, second, loss(confidence, labels));
    JsonNode report =
        run(
            config,
            "weighted",
            "algorithm.distiller.student_recorders.labels={type: ModuleInputs, source: head.loss_module}");
    assertThat(losses(report).get(0)).isPositive();
  }

  @Test
  void theirOutputs_areNotCached() {
    Path config =
        config(teacher("[12]", "teacher.zip"), teacher("[7, 6]", "other.zip"), loss("", ""));
    assertThatThrownBy(() -> run(config, "out", "teacher_cache={path: " + dir + "}"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'teacher_cache' keeps what one frozen teacher puts out for training examples, but 'algorithm.type'"
                + " MultiTeacherDistill has several");
  }
}
