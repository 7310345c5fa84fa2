package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.preparation.PlanText;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.report.JobTimes;
import io.limbeck.spark.report.Report;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ExperimentTest {
  @TempDir Path dir;
  private TinyExperiment tiny;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  private Report run(String... overrides) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new Experiment(TestSpark.session(), Console.log(out)).run(tiny.config(overrides));
  }

  private void assertUserError(String message, String... overrides) {
    assertThatThrownBy(() -> run(overrides))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void run_writesReportModelsAndConfig() throws IOException {
    run();
    JsonNode report = tiny.output("out/report.json");
    assertThat(report.at("/teacher/test/accuracy").asDouble()).isBetween(0.0, 1.0);
    for (String model : List.of("student_alone", "distilled")) {
      JsonNode accuracy = report.at("/" + model + "/test/accuracy");
      assertThat(accuracy.get("runs")).hasSize(2);
      double mean =
          (accuracy.get("runs").get(0).asDouble() + accuracy.get("runs").get(1).asDouble()) / 2;
      assertThat(accuracy.get("mean").asDouble()).isCloseTo(mean, within(1e-12));
      assertThat(report.at("/" + model + "/runs/1/seed").asLong()).isEqualTo(2);
      assertThat(report.at("/" + model + "/runs/0/epochs")).hasSize(3);
      assertThat(report.at("/" + model + "/parameters").asLong())
          .isEqualTo(30 + (4 * 4 * 3 * 8 + 8) + 27);
    }
    assertThat(report.at("/distilled/runs/0/epochs/0/losses").fieldNames())
        .toIterable()
        .containsExactly("distill.loss_kl", "student.loss");
    assertThat(report.at("/student_alone/runs/0/epochs/0/losses").fieldNames())
        .toIterable()
        .containsExactly("student.loss");
    assertThat(report.get("examples").toString())
        .isEqualTo("{\"train\":60,\"validation\":30,\"test\":30}");
    try (Stream<Path> files = Files.walk(dir.resolve("out"))) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> dir.resolve("out").relativize(file).toString())
                  .filter(file -> !file.startsWith("checkpoints/")))
          .containsExactlyInAnyOrder(
              "report.html",
              "report.json",
              "config.json",
              "student.zip",
              "models/student-alone-seed-1-best.zip",
              "models/student-alone-seed-1-last.zip",
              "models/student-alone-seed-2-best.zip",
              "models/student-alone-seed-2-last.zip",
              "models/distilled-seed-1-best.zip",
              "models/distilled-seed-1-last.zip",
              "models/distilled-seed-2-best.zip",
              "models/distilled-seed-2-last.zip");
    }
  }

  @Test
  void run_printsEngineProgressAndTable() {
    run();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .startsWith("native path: oneDNN")
        .containsPattern(
            "distilled \\(seed 1\\)  epoch 1/3  round 1/2  distill.loss_kl \\d+\\.\\d{4}  student.loss")
        .containsPattern("[\\d,]+ examples/s  teacher \\d+ %  \\d+:\\d\\d left")
        .containsPattern("student alone, seed 2: best epoch \\d of 3, validation")
        .containsPattern("teacher +\\d+\\.\\d\\d %")
        .containsPattern("distilled +\\d+\\.\\d\\d ± \\d+\\.\\d\\d %")
        .contains("mean ± standard deviation of 2 runs, seeds [1, 2]");
  }

  @Test
  void run_onTheSlowPath_warns() {
    System.setProperty(CpuEngine.PROPERTY, "false");
    try {
      run("repeats=1", "student_alone=false", "schedule.epochs=1");
    } finally {
      System.clearProperty(CpuEngine.PROPERTY);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .startsWith(
            "warning: slow native path: DL4J's built-in CPU path, because -Dlimbeck.onednn=false");
  }

  @Test
  void run_student_isPlainDl4j() throws IOException {
    run();
    byte[] bytes = Files.readAllBytes(dir.resolve("out/student.zip"));
    ComputationGraph student =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes));
    assertThat(student.getConfiguration().toJson())
        .doesNotContain("limbeck")
        .doesNotContain("distill");
    assertThat(student.getConfiguration().getNetworkOutputs()).containsExactly("head.loss_module");
  }

  @Test
  void run_twice_sameBits() throws IOException {
    run();
    run("output.dir=" + dir.resolve("again"));
    for (String model :
        List.of(
            "student.zip",
            "models/distilled-seed-2-last.zip",
            "models/student-alone-seed-1-best.zip")) {
      assertThat(Files.readAllBytes(dir.resolve("again").resolve(model)))
          .as(model)
          .isEqualTo(Files.readAllBytes(dir.resolve("out").resolve(model)));
    }
  }

  @Test
  void run_leavesNothingPersisted() {
    TestSpark.forgetAll();
    run();
    assertThat(TestSpark.context().getPersistentRDDs()).isEmpty();
  }

  @Test
  void run_resolvedConfig_readsBackEqual() {
    run();
    assertThat(new ConfigReader().read(dir.resolve("out/config.json"), List.of()))
        .isEqualTo(tiny.config());
  }

  @Test
  void run_supervised_learns_andItsModelTeaches() {
    String supervised = "algorithm={type: Supervised, architecture: {type: Mlp, hidden: [12]}}";
    Report report =
        run(
            supervised,
            "student_alone=false",
            "repeats=1",
            "schedule.epochs=12",
            "output.dir=" + dir.resolve("teacher"));
    assertThat(report.model().test().accuracy().mean()).isGreaterThan(0.9);
    Report distilled =
        run(
            "algorithm.teacher_ckpt=" + dir.resolve("teacher/model.zip"),
            "algorithm.architecture={type: Mlp, hidden: [8]}",
            "algorithm.calculate_student_loss=false",
            "schedule.epochs=20",
            "repeats=1");
    assertThat(distilled.teacher().test().accuracy()).isGreaterThan(0.9);
    assertThat(distilled.distilled().test().accuracy().mean()).isGreaterThan(0.7);
    assertThat(distilled.distilled().runs().get(0).epochs().get(0).losses().keySet())
        .containsExactly("distill.loss_kl");
  }

  @Test
  void run_withoutValidation_lastEpochIsTheBest() {
    Report report = run("data.validation=null", "repeats=1");
    assertThat(report.distilled().runs().get(0).bestEpoch()).isEqualTo(3);
    assertThat(report.distilled().validation()).isNull();
    assertThat(report.distilled().test().accuracy())
        .isEqualTo(report.distilled().testLastEpoch().accuracy());
  }

  @Test
  void run_modelFiles_asStudentAndTeacher() {
    Report report =
        run(
            "algorithm.teacher_ckpt=null",
            "algorithm.teacher={type: ModelFile, path: " + dir.resolve("teacher.zip") + "}",
            "algorithm.architecture={type: ModelFile, path: " + dir.resolve("teacher.zip") + "}",
            "repeats=1");
    assertThat(report.distilled().parameters()).isEqualTo(65 * 12 + 13 * 3);
  }

  @Test
  void outputDir_notEmpty() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Files.writeString(dir.resolve("out/precious.txt"), "mine");
    assertUserError(
        "'output.dir' is \""
            + dir.resolve("out")
            + "\", which is not empty: choose another folder, go on with what is"
            + " there with --resume, or replace it with --set output.overwrite=true");
    assertThat(dir.resolve("out/precious.txt")).hasContent("mine");
  }

  @Test
  void teacher_missingFile() {
    assertUserError(
        "'algorithm.teacher_ckpt' is \"" + dir.resolve("no.zip") + "\", which does not exist",
        "algorithm.teacher_ckpt=" + dir.resolve("no.zip"));
  }

  @Test
  void teacher_corruptFile() throws IOException {
    byte[] whole = Files.readAllBytes(dir.resolve("teacher.zip"));
    Files.write(dir.resolve("teacher.zip"), Arrays.copyOf(whole, whole.length / 3));
    assertUserError("Model file " + dir.resolve("teacher.zip") + " is damaged: ");
  }

  @Test
  void teacher_otherSizes() {
    assertUserError(
        "does not fit the network, 3 of 4 parameters differ: backbone.layer0.fc_W is [64, 12] in the file but [64, 13]"
            + " in the network",
        "algorithm.teacher.hidden=[13]");
  }

  @Test
  void teacher_otherClassCount() {
    tiny.write("ten.zip", TinyExperiment.teacher(10));
    assertUserError(
        "'algorithm.teacher' has 10 classes but 'data.num_classes' is 3",
        "algorithm.teacher_ckpt=null",
        "algorithm.teacher={type: ModelFile, path: " + dir.resolve("ten.zip") + "}");
    assertUserError(
        "'algorithm.architecture' has 10 classes but 'data.num_classes' is 3",
        "algorithm.architecture.num_classes=10");
  }

  @Test
  void teacher_withoutWeights() {
    assertUserError(
        "'algorithm.teacher_ckpt' is missing: a teacher without its trained weights teaches nothing",
        "algorithm.teacher_ckpt=null");
  }

  @Test
  void recorder_unknownSource_nearestName() {
    assertUserError(
        "'algorithm.distiller.student_recorders.fc.source' is \"head.cf\", which is not in the model, did you mean"
            + " 'head.fc'?",
        "algorithm.distiller.student_recorders.fc.source=head.cf");
  }

  /** Mixed once for both networks, or in the teacher's pass and delivered to the student's. */
  @Test
  void batchAugments_sharedOrDelivered_sameStudent() throws IOException {
    String mixup = "data.batch_augments=[{type: Mixup, alpha: 1}]";
    String delivery =
        "algorithm.distiller.distill_deliveries={mixup: {type: MethodOutputs, max_keep_data: 1, method_path: '"
            + BatchAugments.METHOD
            + "'}}";
    run("repeats=1", "output.dir=" + dir.resolve("plain"));
    run("repeats=1", "output.dir=" + dir.resolve("shared"), mixup);
    run("repeats=1", "output.dir=" + dir.resolve("delivered"), mixup, delivery);
    byte[] shared = Files.readAllBytes(dir.resolve("shared/student.zip"));
    assertThat(dir.resolve("delivered/student.zip")).hasBinaryContent(shared);
    assertThat(Files.readAllBytes(dir.resolve("plain/student.zip"))).isNotEqualTo(shared);
  }

  /** An early exit, a connector, learns from the network's own logits and from the labels. */
  @Test
  void selfDistillation_trainsAndReports() throws IOException {
    tiny.file();
    Path file =
        Files.writeString(
            dir.resolve("self.json"),
            """
            { "base": "tiny.json",
              "repeats": 1,
              "algorithm": {
                "type": "SelfDistill",
                "architecture": { "type": "SmallCnn", "channels": [3], "hidden": 8 },
                "distiller": {
                  "type": "BYOTDistiller",
                  "student_recorders": { "s1": { "type": "ModuleOutputs", "source": "backbone.layer0.relu" } },
                  "teacher_recorders": {
                    "fc": { "type": "ModuleOutputs", "source": "head.fc" }, "labels": { "type": "ModuleInputs", "source": "head.loss_module" } },
                  "connectors": { "exit": {
                    "type": "BYOTConnector", "in_channel": 3, "out_channel": 6, "num_classes": 3, "expansion": 1, "stride": 2
                  } },
                  "distill_losses": { "loss_kl": { "type": "KLDivergence" }, "loss_label": { "type": "LabelCrossEntropyLoss" } },
                  "loss_forward_mappings": {
                    "loss_kl": {
                      "preds_S": { "from_student": true, "recorder": "s1", "connector": "exit", "connector_idx": 1 },
                      "preds_T": { "from_student": false, "recorder": "fc" } },
                    "loss_label": {
                      "cls_score": { "from_student": true, "recorder": "s1", "connector": "exit", "connector_idx": 1 },
                      "label": { "from_student": false, "recorder": "labels", "data_idx": 1 } } } } } }
            """);
    ExperimentConfig config = new ConfigReader().read(file, List.of());
    assertThat(PlanText.of(new Preparation(TestSpark.session()).prepare(config)))
        .contains("teacher       the student itself, in the same pass");
    Report report =
        new Experiment(
                TestSpark.session(),
                Console.log(new PrintStream(printed, true, StandardCharsets.UTF_8)))
            .run(config);
    assertThat(report.teacher()).isNull();
    assertThat(report.gapRecovered()).isNull();
    assertThat(report.studentAlone()).isNotNull();
    Map<String, Double> first = report.distilled().runs().get(0).epochs().get(0).losses();
    Map<String, Double> last = report.distilled().runs().get(0).epochs().get(2).losses();
    assertThat(first.keySet())
        .containsExactlyInAnyOrder("distill.loss_kl", "distill.loss_label", "student.loss");
    assertThat(last.get("distill.loss_label")).isLessThan(first.get("distill.loss_label"));
    assertThat(dir.resolve("out/connectors.npz")).exists();
    assertThat(report.distilled().parameters()).isEqualTo(report.studentAlone().parameters());
  }

  @Test
  void report_saysWhereTheTimeWent() {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    JobTimes times =
        new Experiment(TestSpark.session(), Console.log(out))
            .after(Duration.ofSeconds(7))
            .run(tiny.config("repeats=1"))
            .seconds();
    assertThat(times.startUp()).isBetween(7.0, 12.0);
    assertThat(times.preparation()).isPositive();
    assertThat(times.data()).isPositive();
    assertThat(times.evaluation()).isPositive();
    assertThat(times.rest()).isPositive();
    assertThat(times.steps()).isPositive().isLessThan(times.rounds());
    assertThat(
            times.startUp()
                + times.preparation()
                + times.data()
                + times.evaluation()
                + times.rounds()
                + times.rest())
        .isCloseTo(times.total(), within(1e-9));
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("time " + times);
  }

  @Test
  void contrast_withoutALossThatTakesIt() {
    assertUserError(
        "'data.contrast' says what examples are compared with, but no loss takes data samples; CRDLoss does",
        "data.contrast={neg_num: 3}");
    assertUserError(
        "'data.contrast.sample_mode' is \"relaxed\" but must be one of exact, random",
        "data.contrast={sample_mode: relaxed}");
  }

  @Test
  void batchAugments_mistakes() throws IOException {
    assertUserError(
        "'data.batch_augments' have probabilities of 1.5 together, but a mini-batch takes one of them: at most 1",
        "data.batch_augments=[{type: Mixup}, {type: CutMix, probability: 0.5}]");
    Files.writeString(dir.resolve("vectors.csv"), "a,b,label\n1,2,0\n3,4,1\n5,6,2\n");
    assertUserError(
        "'data.batch_augments' has a CutMix, which cuts images, but the examples have shape [2]",
        "data.batch_augments=[{type: CutMix}]",
        "data.train={format: csv, path: " + dir.resolve("vectors.csv") + ", label: label}");
  }

  /** Only a pass can tell: the trial step on the driver does. */
  @Test
  void recorder_methodIsNeverCalled() {
    assertUserError(
        "'algorithm.distiller': a trial step on two random examples failed: Recorder 'fc' has recorded nothing",
        "algorithm.distiller.teacher_recorders.fc={type: FunctionOutputs, source: '"
            + NeverCalled.class.getName()
            + "#logits'}");
  }

  /** A method that no network calls. */
  public static final class NeverCalled {
    private NeverCalled() {}

    public static INDArray logits(INDArray features) {
      return features;
    }
  }

  @Test
  void loss_shapesDiffer() {
    assertUserError(
        "'algorithm.distiller.loss_forward_mappings.loss_kl': preds_S has shape [8] but preds_T has shape [3], the two"
            + " networks must have the same number of classes",
        "algorithm.distiller.student_recorders.fc.source=neck.fc");
  }

  @Test
  void student_needsImages() throws IOException {
    Files.writeString(dir.resolve("a.csv"), "x,y,class\n1,2,0\n3,4,1\n5,6,2\n");
    assertUserError(
        "'algorithm.architecture' is a SmallCnn, which needs images [channels, height, width], but the examples have"
            + " shape [2]",
        "data.train={format: csv, path: " + dir.resolve("a.csv") + ", label: class}");
  }

  @Test
  void student_patchesMustFit() {
    assertUserError(
        "'algorithm.architecture.patch_size' is 3 but must divide both sides of the images, and the examples have shape"
            + " [1, 8, 8]",
        "algorithm.architecture={type: VisionTransformer, arch: deit-tiny, patch_size: 3}");
  }

  @Test
  void student_tooSmallForRegNet() {
    assertUserError(
        "'algorithm.architecture' is a RegNet, which needs images of 32 by 32 or more, but the examples have shape [1,"
            + " 8, 8]",
        "algorithm.architecture={type: RegNet, model_name: regnetx_002}");
  }

  @Test
  void student_tooManyPoolings() {
    assertUserError(
        "'algorithm.architecture.channels' has 4 entries, each of which halves the image, but the examples have shape [1,"
            + " 8, 8]",
        "algorithm.architecture.channels=[2, 2, 2, 2]");
  }

  @Test
  void student_tooLargeForMemory() {
    assertUserError(
        "'algorithm.architecture' has 10,006,900,003 parameters; training it takes about ",
        "algorithm.architecture={type: Mlp, hidden: [100000, 100000]}");
    assertUserError(
        "choose a smaller network or batch, or raise -Dorg.bytedeco.javacpp.maxbytes",
        "algorithm.architecture={type: Mlp, hidden: [100000, 100000]}");
  }

  /** In the last epoch the learnt parameters are the same, and only the statistics are not. */
  @Test
  void recomputedBatchNorm_changesItsStatisticsAlone() throws IOException {
    String[] common = {
      "algorithm.architecture={type: CifarResNet, depth: 8}",
      "student_alone=false",
      "repeats=1",
      "schedule.epochs=1"
    };
    run(common);
    byte[] averaged = Files.readAllBytes(dir.resolve("out/student.zip"));
    List<String> more = new ArrayList<>(List.of(common));
    more.add("averaging.recompute_batch_norm=2");
    more.add("output.overwrite=true");
    run(more.toArray(String[]::new));
    var before = io.limbeck.dl4j.store.ModelFile.read(averaged, "before").paramTable();
    var after =
        io.limbeck.dl4j.store.ModelFile.read(
                Files.readAllBytes(dir.resolve("out/student.zip")), "after")
            .paramTable();
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach(
        (name, value) ->
            assertThat(value.equalsWithEps(before.get(name), 0))
                .as(name)
                .isEqualTo(!name.endsWith("_mean") && !name.endsWith("_log10stdev")));
  }

  @Test
  void averaging_whatCannotBe_isToldBeforeAnythingRuns() {
    assertUserError(
        "'averaging.frequency_schedule.max_steps' is 5 but must be >= 'averaging.frequency', 10",
        "averaging={frequency: 10, frequency_schedule: {type: Qsr, alpha: 0.1, max_steps: 5}}");
    assertUserError(
        "'averaging.frequency_schedule.from_epoch' is missing: the learning rate's schedule (Constant) has no first decay",
        "averaging.frequency_schedule={type: PostLocal}");
    assertUserError(
        "'averaging.outer.momentun' is not a key of 'averaging.outer', did you mean 'momentum'?",
        "averaging.outer={type: Nesterov, momentun: 0.5}");
    assertUserError("'averaging.outer.type' is \"Nestrov\"", "averaging.outer={type: Nestrov}");
    assertUserError("'averaging.deltas' is \"halve\"", "averaging.deltas=halve");
    assertUserError("'teacher_cache.path' is missing", "teacher_cache={max_gib: 3}");
  }

  @Test
  void divergence_stopsTheJob_andLeavesNoReport() {
    assertUserError(
        "Training diverged in partition 0, round 1 / 2, epoch 1, step ",
        "schedule.updater.learning_rate=1e30");
    assertThat(dir.resolve("out/report.json")).doesNotExist();
    assertThat(dir.resolve("out/student.zip")).doesNotExist();
  }

  @Test
  void data_labelOutOfRange() {
    assertUserError(
        "has label 2, but with 'data.num_classes' = 2 labels run from 0 to 1",
        "data.num_classes=2",
        "algorithm={type: Supervised, architecture: {type: Mlp, hidden: [4]}}");
  }
}
