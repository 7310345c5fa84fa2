package io.limbeck.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import io.limbeck.spark.job.TinyExperiment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisualizeCommandTest {
  @TempDir Path dir;
  private String config;
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void experiment() throws IOException {
    TestSpark.session();
    new TinyExperiment(dir).file();
    config =
        Files.writeString(
                dir.resolve("maps.json"),
                """
                { "base": "tiny.json", "repeats": 1, "student_alone": false,
                  "algorithm": {
                    "teacher": { "type": "SmallCnn", "channels": [4], "hidden": 6 },
                    "teacher_ckpt": "%1$s/teacher/model.zip",
                    "distiller": {
                      "student_recorders": { "map": { "type": "ModuleOutputs", "source": "backbone.layer0.conv" } },
                      "teacher_recorders": { "deep": { "type": "ModuleOutputs", "source": "backbone.layer0.conv" } },
                      "distill_losses": { "loss_at": { "type": "ATLoss" } },
                      "loss_forward_mappings": { "loss_at": {
                        "s_feature": { "from_student": true, "recorder": "map" },
                        "t_feature": { "from_student": false, "recorder": "deep" } } } } },
                  "schedule": { "epochs": 1 } }
                """
                    .formatted(dir))
            .toString();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  private void train() {
    run(
        "run",
        "--set",
        "algorithm={type: Supervised, architecture: {type: SmallCnn, channels: [4], hidden: 6}}",
        "--set",
        "output.dir=" + dir.resolve("teacher"));
    run("run");
  }

  private int limbeck(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, config));
    arguments.addAll(List.of(options));
    return Limbeck.execute(arguments.toArray(String[]::new));
  }

  private void run(String command, String... options) {
    assertThat(limbeck(command, options)).as(err.toString(StandardCharsets.UTF_8)).isZero();
  }

  private void fails(String message, String... options) {
    assertThat(limbeck("visualize", options)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("error: " + message);
    err.reset();
  }

  @Test
  void draws_everyPairOfMaps_asOnePicture() throws IOException {
    fails(
        "There is no student at " + dir.resolve("out/student.zip") + ": run the experiment first");
    train();
    run("visualize", "--samples", "29,0", "--reduce", "attention");
    Path picture = dir.resolve("out/features/map-deep.png");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(picture.toString());
    assertThat(ImageIO.read(picture.toFile()).getHeight()).isEqualTo(24 + 2 * 168);

    fails(
        "'data.test' has 30 examples, numbered from 0, so there is no 30, 99",
        "--samples",
        "99,3,30");
    fails(
        "--recorder \"dep\" is in no loss that compares student and teacher", "--recorder", "dep");
    fails(
        "There is nothing to draw: no loss compares feature maps",
        "--set",
        "algorithm.distiller.student_recorders.map.source=head.fc",
        "--set",
        "algorithm.distiller.teacher_recorders.deep.source=head.fc");
    fails(
        "'algorithm.type' is Supervised, but what is drawn is of a SingleTeacherDistill or a SelfDistill",
        "--set",
        "algorithm={type: Supervised, architecture: {type: SmallCnn, channels: [4], hidden: 6}}");
  }
}
