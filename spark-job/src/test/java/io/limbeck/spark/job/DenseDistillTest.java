package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestMasks;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.TestText;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.RunRecord;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The class of every pixel, from files to report. */
class DenseDistillTest {
  private static final String TEACHER =
      """
      name: dense
      seed: 1
      algorithm: {type: Supervised, architecture: {type: SegmentationCnn, channels: [4, 6]}}
      data:
        num_classes: 3
        label_type: map
        normalize: {mean: [0.5], std: [0.25]}
        augment: [{type: RandomFlip}]
        train: {format: mask_folder, images: DIR/train/images, masks: DIR/train/masks}
        validation: {format: mask_folder, images: DIR/validation/images, masks: DIR/validation/masks}
        test: {format: mask_folder, images: DIR/test/images, masks: DIR/test/masks}
      schedule: {epochs: 12, batch_size: 8, updater: {type: Adam, learning_rate: 0.02}}
      averaging: {workers: 2, frequency: 2}
      output: {dir: DIR/teacher}
      """;

  private static final String STUDENT =
      """
      base: teacher.yaml
      student_alone: true
      algorithm:
        type: SingleTeacherDistill
        architecture: {type: SegmentationCnn, channels: [2, 3]}
        teacher: {type: ModelFile, path: DIR/teacher/model.zip}
        distiller:
          type: ConfigurableDistiller
          student_recorders: {logits: {type: ModuleOutputs, source: decode_head.conv_seg}}
          teacher_recorders: {logits: {type: ModuleOutputs, source: decode_head.conv_seg}}
          distill_losses: {loss_cwd: {type: ChannelWiseDivergence, tau: 2, loss_weight: 0.1}}
          loss_forward_mappings:
            loss_cwd:
              preds_S: {from_student: true, recorder: logits}
              preds_T: {from_student: false, recorder: logits}
      output: {dir: DIR/student}
      """;

  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void write() {
    TestMasks.write(dir.resolve("train"), 48, 1);
    TestMasks.write(dir.resolve("validation"), 12, 2);
    TestMasks.write(dir.resolve("test"), 20, 3);
    TestText.write(dir.resolve("teacher.yaml"), TEACHER.replace("DIR", dir.toString()));
    TestText.write(dir.resolve("student.yaml"), STUDENT.replace("DIR", dir.toString()));
  }

  private ExperimentConfig config(String file, String... overrides) {
    return new ConfigReader().read(dir.resolve(file), List.of(overrides));
  }

  private Report run(String file, String... overrides) {
    return new Experiment(TestSpark.session(), Console.log(new PrintStream(out)))
        .run(config(file, overrides));
  }

  @Test
  void run_teacherThenStudent_isScoredByItsPixels() throws IOException {
    Report taught = run("teacher.yaml");
    double expected = meanIouByHand(dir.resolve("teacher/model.zip"));
    assertThat(taught.model().test().meanIou().mean()).isCloseTo(expected, within(1e-12));
    assertThat(expected).isGreaterThan(0.6);
    assertThat(taught.model().runs().get(0).best().test().examples()).isEqualTo(20 * 64);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("test mIoU (best epoch)")
        .doesNotContain("test acc.");

    Report report = run("student.yaml");
    assertThat(report.teacher().test().meanIou()).isCloseTo(expected, within(1e-12));
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("teacher: test mean IoU ");
    RunRecord run = report.distilled().runs().get(0);
    assertThat(run.epochs().get(0).losses()).containsOnlyKeys("distill.loss_cwd", "student.loss");
    double best = run.epochs().get(run.bestEpoch() - 1).validation().meanIou();
    assertThat(run.epochs().stream().map(EpochRecord::validation))
        .allMatch(epoch -> epoch.meanIou() <= best);
    assertThat(report.gapRecovered())
        .isCloseTo(
            (report.distilled().test().meanIou().mean()
                    - report.studentAlone().test().meanIou().mean())
                / (expected - report.studentAlone().test().meanIou().mean()),
            within(1e-9));
  }

  /** Over the test images, by loops over what the exported model puts out. */
  private double meanIouByHand(Path model) throws IOException {
    ComputationGraph network = ModelFile.read(Files.readAllBytes(model), "model.zip");
    long[] common = new long[3];
    long[] either = new long[3];
    try (Stream<Path> images = Files.list(dir.resolve("test/images"))) {
      for (Path image : images.toList()) {
        Raster grey = ImageIO.read(image.toFile()).getRaster();
        Path of = dir.resolve("test/masks").resolve(image.getFileName());
        Raster mask = ImageIO.read(of.toFile()).getRaster();
        INDArray features = Nd4j.create(DataType.FLOAT, 1, 1, 8, 8);
        for (int i = 0; i < 64; i++) {
          features.putScalar(
              new int[] {0, 0, i / 8, i % 8},
              (grey.getSample(i % 8, i / 8, 0) / 255f - 0.5f) / 0.25f);
        }
        INDArray predicted = network.output(false, features)[0].argMax(1);
        for (int i = 0; i < 64; i++) {
          int label = mask.getSample(i % 8, i / 8, 0);
          int found = predicted.getInt(0, i / 8, i % 8);
          either[label]++;
          either[found] += found == label ? 0 : 1;
          common[label] += found == label ? 1 : 0;
        }
      }
    }
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += common[c] / (double) either[c];
    }
    return sum / 3;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          algorithm.architecture={type: SmallCnn, channels: [2], hidden: 4} | 'algorithm.architecture' tells the class of an example, but 'data.label_type' is map, a class of each pixel: a SegmentationCnn tells them, or a model that ends with a CnnLossLayer
          algorithm.architecture.channels=[2, 2, 2, 2, 2] | 'algorithm.architecture.channels' has 5 entries, so both sides of the images must be multiples of 16, but the examples have shape [1, 8, 8]
          algorithm.architecture.channels=[0] | 'channels' is [0] but every entry must be >= 1
          algorithm.architecture.num_classes=4 | 'algorithm.architecture' has 4 classes but 'data.num_classes' is 3
          """)
  void prepare_whatDoesNotFit_isTold(String override, String message) {
    assertThatThrownBy(
            () ->
                new Preparation(TestSpark.session())
                    .prepare(config("teacher.yaml", override.strip())))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(message);
  }

  @Test
  void prepare_pixelsForClasses_isTold() {
    TinyExperiment tiny = new TinyExperiment(dir);
    assertThatThrownBy(
            () ->
                new Preparation(TestSpark.session())
                    .prepare(
                        tiny.config(
                            "algorithm.architecture={type: SegmentationCnn, channels: [2]}")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.architecture' tells the class of each pixel, but 'data.label_type' is class: with maps of labels it is map");
  }
}
