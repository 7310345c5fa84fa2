package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.dl4j.zoo.Architectures;
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
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainableTeacherTest {
  private static final String LEARNS = "algorithm.teacher_trainable=true";
  private static final String BY_BATCH = "algorithm.teacher_norm_eval=false";

  @TempDir private Path dir;
  private TinyExperiment tiny;
  private ComputationGraph resNet;

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
    resNet =
        Networks.fresh(
            new Architectures(InputType.convolutional(8, 8, 1), 3, 5, DataType.FLOAT)
                .cifarResNet(new CifarResNet(8, null)));
    tiny.write("resnet.zip", ModelFile.write(resNet, 1, 8, 8));
  }

  private JsonNode run(String out, String... overrides) {
    List<String> all = new ArrayList<>(List.of("repeats=1", "output.dir=" + dir.resolve(out)));
    all.addAll(List.of(overrides));
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(nowhere))
        .run(tiny.config(all.toArray(String[]::new)));
    return tiny.output(out + "/report.json");
  }

  /** A teacher with BatchNorms. */
  private String[] ofResNet(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "algorithm.teacher={type: CifarResNet, depth: 8}",
                "algorithm.teacher_ckpt=" + dir.resolve("resnet.zip"),
                "schedule.epochs=1",
                "student_alone=false"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private ComputationGraph model(String file) throws IOException {
    return ModelFile.read(Files.readAllBytes(dir.resolve(file)), file);
  }

  @Test
  void teacher_learnsBesideTheStudent() throws IOException {
    JsonNode report = run("out", LEARNS);
    List<String> losses = new ArrayList<>();
    report.at("/distilled/runs/0/epochs/0/losses").fieldNames().forEachRemaining(losses::add);
    assertThat(losses).containsExactly("distill.loss_kl", "student.loss", "teacher.loss");
    JsonNode epochs = report.at("/distilled/runs/0/epochs");
    assertThat(epochs.at("/2/losses/teacher.loss").asDouble())
        .isLessThan(epochs.at("/0/losses/teacher.loss").asDouble());
    assertThat(model("out/beside/teacher.zip").params())
        .isNotEqualTo(model("teacher.zip").params());
    assertThat(report.at("/others/teacher/test/accuracy/mean").asDouble())
        .as("better than the random network that it was")
        .isGreaterThan(report.at("/teacher/test/accuracy").asDouble());
  }

  @Test
  void itsBatchNorms_keepTheirStatistics_unlessToldOtherwise() throws IOException {
    run("kept", ofResNet(LEARNS));
    run("moved", ofResNet(LEARNS, BY_BATCH));
    int statistics = 0;
    for (var entry : resNet.paramTable().entrySet()) {
      INDArray kept = model("kept/beside/teacher.zip").paramTable().get(entry.getKey());
      INDArray moved = model("moved/beside/teacher.zip").paramTable().get(entry.getKey());
      boolean statistic = entry.getKey().matches(".*_(mean|var|log10stdev)");
      statistics += statistic ? 1 : 0;
      assertThat(kept.equals(entry.getValue())).as(entry.getKey()).isEqualTo(statistic);
      assertThat(moved.equals(entry.getValue())).as(entry.getKey()).isFalse();
    }
    assertThat(statistics).isGreaterThan(10);
  }

  /** Recomputed statistics are those of networks that do not keep theirs. */
  @Test
  void recomputedStatistics_areNotTheKeptOnes() throws IOException {
    run("out", ofResNet(LEARNS, "averaging.recompute_batch_norm=1"));
    assertThat(model("out/beside/teacher.zip").paramTable().get("backbone.bn1_mean"))
        .isEqualTo(resNet.paramTable().get("backbone.bn1_mean"));
  }

  @Test
  void frozenTeacher_withStatisticsOfTheMiniBatch_teachesSomethingElse() {
    double usual = loss(run("usual", ofResNet()));
    double byBatch = loss(run("by-batch", ofResNet(BY_BATCH)));
    assertThat(byBatch).isNotCloseTo(usual, within(1e-3 * usual));
  }

  private static double loss(JsonNode report) {
    return report.at("/distilled/runs/0/epochs/0/losses/distill.loss_kl").asDouble();
  }

  @Test
  void whatACacheCannotHold_isRefused() {
    String cache = "teacher_cache={path: " + dir.resolve("cache") + "}";
    assertThatThrownBy(() -> tiny.config(LEARNS, cache))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'teacher_cache' keeps what the teacher puts out for each example once and for all, but with"
                + " 'algorithm.teacher_trainable' true it changes");
    assertThatThrownBy(() -> tiny.config(BY_BATCH, cache))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'teacher_cache' keeps what the teacher puts out for each example once and for all, but with"
                + " 'algorithm.teacher_norm_eval' false it depends on the rest of the mini-batch");
  }

  @Test
  void onlyTheTeacherLearning_isRefused() {
    assertThatThrownBy(() -> tiny.config(LEARNS, "algorithm.student_trainable=false"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.teacher_trainable' is true and 'algorithm.student_trainable' false: let the network that learns be"
                + " the student");
  }

  @Test
  void teacherHead_ofATeacherThatLearns_isRefused() {
    assertThatThrownBy(
            () ->
                run(
                    "out",
                    "algorithm.teacher_trainable=true",
                    "algorithm.teacher_head={connector: head}"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.teacher_head' is the head of a frozen teacher, but 'algorithm.teacher_trainable' is true: leave one of the two out");
  }
}
