package com.example.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.spark.cli.Limbeck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OwnTypesTest {
  @TempDir private static Path dir;

  /** Three clouds of points. */
  @BeforeAll
  static void data() throws IOException {
    Random random = new Random(1);
    StringBuilder csv = new StringBuilder("x,y,label\n");
    for (int i = 0; i < 120; i++) {
      int label = i % 3;
      double angle = 2 * Math.PI * label / 3;
      csv.append(Math.cos(angle) + 0.4 * random.nextGaussian())
          .append(',')
          .append(Math.sin(angle) + 0.4 * random.nextGaussian())
          .append(',')
          .append(label)
          .append('\n');
    }
    Files.writeString(dir.resolve("data.csv"), csv);
    System.setProperty("spark.master", "local[2]");
    System.setProperty("spark.ui.enabled", "false");
  }

  private static int limbeck(String command, String... overrides) {
    String[] arguments = new String[2 + 2 * overrides.length];
    arguments[0] = command;
    arguments[1] = "own-types.json";
    for (int i = 0; i < overrides.length; i++) {
      arguments[2 + 2 * i] = "--set";
      arguments[3 + 2 * i] = overrides[i];
    }
    return Limbeck.execute(arguments);
  }

  @Test
  void experiment_runs_andItsLossesFall() throws IOException {
    String data = "data.train.path=" + dir.resolve("data.csv");
    assertThat(
            limbeck(
                "run",
                data,
                "algorithm={type: Supervised, architecture: {type: Mlp, hidden: [24]}}",
                "output.dir=" + dir.resolve("teacher")))
        .isZero();
    String teacher = "algorithm.teacher_ckpt=" + dir.resolve("teacher/model.zip");
    assertThat(limbeck("validate", data, teacher)).isZero();
    assertThat(limbeck("run", data, teacher, "output.dir=" + dir.resolve("out"))).isZero();
    JsonNode epochs =
        new ObjectMapper()
            .readTree(dir.resolve("out/report.json").toFile())
            .at("/distilled/runs/0/epochs");
    for (String loss : new String[] {"distill.loss_cosine", "distill.loss_cosh"}) {
      assertThat(epochs.get(3).at("/losses/" + loss).asDouble())
          .isPositive()
          .isLessThan(epochs.get(0).at("/losses/" + loss).asDouble());
    }
    assertThat(dir.resolve("out/connectors.npz")).exists();
  }

  @Test
  void ownKeys_areChecked() {
    assertThat(limbeck("validate", "algorithm.distiller.connectors.squeeze.units=0")).isEqualTo(2);
  }

  static Stream<Loss> losses() {
    return Stream.of(new CosineLoss(0.7), new LogCoshLoss(2));
  }

  /** Gradients against central differences, in double precision. */
  @ParameterizedTest
  @MethodSource("losses")
  void gradient_matchesDifferences(Loss loss) {
    INDArray student = random(1);
    INDArray teacher = random(2);
    INDArray gradient = apply(loss, student, teacher).gradient("s_feature");
    for (int i = 0; i < student.length(); i++) {
      INDArray above = student.dup();
      INDArray below = student.dup();
      above.putScalar(i, student.getDouble(i) + 1e-6);
      below.putScalar(i, student.getDouble(i) - 1e-6);
      double numeric =
          (apply(loss, above, teacher).loss() - apply(loss, below, teacher).loss()) / 2e-6;
      assertThat(gradient.getDouble(i)).isCloseTo(numeric, within(1e-7));
    }
  }

  private static LossAndGradient apply(Loss loss, INDArray student, INDArray teacher) {
    return loss.lossAndGradient(LossInputs.of(Map.of("s_feature", student, "t_feature", teacher)));
  }

  private static INDArray random(int seed) {
    return Nd4j.createFromArray(new Random(seed).doubles(12, -2, 2).toArray()).reshape(3, 4);
  }
}
