package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.preparation.PlanText;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.SummaryTable;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Whole distillations without training data. */
class DataFreeTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    new TinyExperiment(dir).file();
    file =
        Files.writeString(
            dir.resolve("free.json"),
            """
            { "base": "tiny.json",
              "repeats": 1,
              "student_alone": false,
              "algorithm": {
                "type": "DataFreeDistillation",
                "architecture": { "type": "SmallCnn", "channels": [3], "hidden": 8 },
                "teachers": {
                  "big": { "architecture": { "type": "Mlp", "hidden": [12] }, "ckpt_path": "DIR/teacher.zip" }
                },
                "generator": { "type": "ZSKTGenerator", "img_size": 8, "latent_dim": 4, "hidden_channels": 4 },
                "steps_per_epoch": 4,
                "student_iter": 3,
                "distiller": {
                  "type": "ConfigurableDistiller",
                  "student_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
                  "teacher_recorders": { "big_fc": { "type": "ModuleOutputs", "source": "big.head.fc" } },
                  "distill_losses": { "loss_kl": { "type": "KLDivergence", "tau": 2 } },
                  "loss_forward_mappings": { "loss_kl": {
                    "preds_S": { "from_student": true, "recorder": "fc" },
                    "preds_T": { "from_student": false, "recorder": "big_fc" } } }
                },
                "generator_distiller": {
                  "type": "ConfigurableDistiller",
                  "student_recorders": { "fc": { "type": "ModuleOutputs", "source": "head.fc" } },
                  "teacher_recorders": { "big_fc": { "type": "ModuleOutputs", "source": "big.head.fc" } },
                  "distill_losses": {
                    "loss_kl": { "type": "KLDivergence", "loss_weight": -1, "teacher_detach": false },
                    "loss_ie": { "type": "InformationEntropyLoss", "gather": false } },
                  "loss_forward_mappings": {
                    "loss_kl": {
                      "preds_S": { "from_student": true, "recorder": "fc" },
                      "preds_T": { "from_student": false, "recorder": "big_fc" } },
                    "loss_ie": { "preds_T": { "from_student": false, "recorder": "big_fc" } } } } },
              "data": { "train": null, "shape": [1, 8, 8] } }
            """
                .replace("DIR", dir.toString()));
  }

  private ExperimentConfig config(String... overrides) {
    return new ConfigReader().read(file, List.of(overrides));
  }

  private Report run(String... overrides) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Experiment(TestSpark.session(), Console.log(nowhere)).run(config(overrides));
  }

  @Test
  void run_withoutTrainingData() throws IOException {
    Report report = run("schedule.epochs=5");
    Map<String, Double> first = report.distilled().runs().get(0).epochs().get(0).losses();
    Map<String, Double> last = report.distilled().runs().get(0).epochs().get(4).losses();
    assertThat(first.keySet())
        .containsExactlyInAnyOrder("distill.loss_kl", "generator.loss_kl", "generator.loss_ie");
    assertThat(last.get("distill.loss_kl")).isLessThan(first.get("distill.loss_kl"));
    assertThat(report.teacher()).isNull();
    assertThat(report.teachers()).containsOnlyKeys("big");
    assertThat(report.teachers().get("big").test()).isNotNull();
    assertThat(report.examples())
        .containsEntry("train", 2L * 4 * 8)
        .containsEntry("validation", 30L);
    assertThat(SummaryTable.of(report)).contains("teacher big").contains("distilled");

    BufferedImage picture = ImageIO.read(dir.resolve("out/generated.png").toFile());
    assertThat(picture.getHeight()).isGreaterThan(3 * 160);
    ComputationGraph generator =
        ModelFile.read(Files.readAllBytes(dir.resolve("out/generator.zip")), "generator.zip");
    assertThat(generator.output(false, Nd4j.randn(DataType.FLOAT, 2, 4))[0].shape())
        .containsExactly(2, 1, 8, 8);
  }

  @Test
  void run_twice_sameBits() throws IOException {
    run("output.dir=" + dir.resolve("a"));
    run("output.dir=" + dir.resolve("b"));
    for (String name : List.of("student.zip", "generator.zip")) {
      assertThat(dir.resolve("b").resolve(name))
          .hasBinaryContent(Files.readAllBytes(dir.resolve("a").resolve(name)));
    }
    run("output.dir=" + dir.resolve("c"), "seed=2");
    assertThat(Files.readAllBytes(dir.resolve("c/generator.zip")))
        .isNotEqualTo(Files.readAllBytes(dir.resolve("a/generator.zip")));
  }

  /** Student and generator, each with its updater, go on where they were. */
  @Test
  void stoppedAndContinued_sameBits() throws IOException {
    run("output.dir=" + dir.resolve("a"));
    ExperimentConfig config = config("output.dir=" + dir.resolve("b"));
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    int[] rounds = {0};
    assertThatThrownBy(
            () ->
                new Experiment(
                        TestSpark.session(), Console.log(nowhere), false, () -> ++rounds[0] == 3)
                    .run(config))
        .isInstanceOf(StoppedException.class);
    new Experiment(TestSpark.session(), Console.log(nowhere), true, () -> false).run(config);
    for (String name : List.of("student.zip", "generator.zip")) {
      assertThat(dir.resolve("b").resolve(name))
          .hasBinaryContent(Files.readAllBytes(dir.resolve("a").resolve(name)));
    }
  }

  /** Each is asked; a second one that knows as much as the first doubles what is learnt. */
  @Test
  void twoTeachers_bothTeach() {
    String distiller = "algorithm.distiller.";
    Report report =
        run(
            "schedule.epochs=1",
            "algorithm.teachers.other={architecture: {type: Mlp, hidden: [12]}, teacher_ckpt: '"
                + dir.resolve("teacher.zip")
                + "'}",
            distiller + "teacher_recorders.other_fc={type: ModuleOutputs, source: other.head.fc}",
            distiller + "distill_losses.loss_other={type: KLDivergence, tau: 2}",
            distiller
                + "loss_forward_mappings.loss_other={preds_S: {from_student: true, recorder: fc}, preds_T:"
                + " {from_student: false, recorder: other_fc}}");
    assertThat(report.teachers()).containsOnlyKeys("big", "other");
    Map<String, Double> losses = report.distilled().runs().get(0).epochs().get(0).losses();
    assertThat(losses.get("distill.loss_other")).isEqualTo(losses.get("distill.loss_kl"));
  }

  @Test
  void dafl_fromTheSameImages_andAdamW() {
    String dafl = new ConfigReader().toTree(config()).at("/algorithm").toString();
    Report report =
        run(
            "algorithm="
                + dafl.replace("\"DataFreeDistillation\"", "\"DAFLDataFreeDistillation\"")
                    .replaceAll(",?\"student_iter\":3", "")
                    .replaceAll(",?\"student_train_first\":false", ""),
            "schedule.updater={type: AdamW, learning_rate: 0.01, weight_decay: 0.05}");
    assertThat(report.algorithm()).isEqualTo("DaflDataFreeDistillation");
    Map<String, Double> losses = report.distilled().runs().get(0).epochs().get(0).losses();
    assertThat(losses.get("distill.loss_kl")).isPositive();
  }

  @Test
  void plan_namesTeachersAndGenerator() {
    assertThat(PlanText.of(new Preparation(TestSpark.session()).prepare(config())))
        .contains("teacher       big = Mlp")
        .contains("generator     ZsktGenerator")
        .contains("its loss      loss_ie = InformationEntropyLoss")
        .contains(
            "images        made of noise, 4 steps of each partition an epoch; no training data are read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          student_alone=true | 'student_alone' is true, but data-free distillation has no labelled examples for a student alone
          data.train={format: parquet, path: x} | 'data.train' is given, but data-free distillation reads no training examples: set it to null
          data.augment=[{type: RandomFlip}] | 'data.augment' changes training examples, but data-free distillation has none
          data.contrast={neg_num: 3} | 'data.contrast' compares training examples, but data-free distillation has none
          algorithm.generator.img_size=16 | 'algorithm.generator.img_size' is 16 but the examples have shape [1, 8, 8]
          algorithm.generator.img_size=6 | 'img_size' of a ZSKTGenerator is 6 but must be a multiple of 'scale_factor' squared, 4
          algorithm.generator.type=DFADGenerator | 'algorithm.generator.type' is "DFADGenerator" but must be one of DAFLGenerator, ZSKTGenerator
          algorithm.teachers.head={architecture: {type: Mlp, hidden: [12]}, teacher_ckpt: x.zip} | 'algorithm.teachers.head': "head" cannot be a teacher's name, as it begins names of the student or the generator
          algorithm.teachers.generator={architecture: {type: Mlp, hidden: [12]}, teacher_ckpt: x.zip} | 'algorithm.teachers.generator': "generator" cannot be a teacher's name, as it begins names of the student or the generator
          algorithm.teachers.big.ckpt_path=nowhere.zip | 'algorithm.teachers.big.teacher_ckpt' is "nowhere.zip", which does not exist
          algorithm.teachers.other={architecture: {type: OnnxFile, path: x.onnx}} | 'algorithm.teachers.other.architecture' is an OnnxFile, which hands no gradients back to its input, but a generator learns by them: it needs a network of DL4J's
          algorithm.teachers.other={architecture: {type: Mlp, hidden: [12]}} | 'algorithm.teachers.other.teacher_ckpt' is missing: a teacher without its trained weights teaches nothing
          algorithm.distiller.teacher_recorders.big_fc.source=head.fc | 'algorithm.distiller.teacher_recorders.big_fc.source' is "head.fc", which is not in the model, did you mean 'big.head.fc'?
          algorithm.generator_distiller.teacher_recorders.big_fc.source=big.fc | 'algorithm.generator_distiller.teacher_recorders.big_fc.source' is "big.fc", which is not in the model, did you mean
          algorithm.student_iter=0 | 'algorithm.student_iter' is 0 but must be >= 1
          """)
  void mistake_isTold(String override, String message) {
    assertThatThrownBy(() -> new Preparation(TestSpark.session()).prepare(config(override)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void withData_train_isNeeded() {
    Path tiny = dir.resolve("tiny.json");
    assertThatThrownBy(() -> new ConfigReader().read(tiny, List.of("data.train=null")))
        .isInstanceOf(UserException.class)
        .hasMessage("'data.train' is missing: examples that are learnt from");
  }
}
