package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every distillation config that was carried over from the reference, with its real networks and a
 * teacher of random weights, on a handful of small images: checked as {@code validate} does, then
 * run for two steps.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReferenceConfigsTest {
  private static final Path CONFIGS = Path.of("..", "configs", "distill");

  @TempDir private static Path dir;
  private final Map<ArchitectureConfig, Path> teachers = new HashMap<>();

  @BeforeAll
  void images() throws IOException {
    for (int side : List.of(32, 80)) {
      Random random = new Random(side);
      for (int i = 0; i < 4; i++) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < side * side; pixel++) {
          image.setRGB(pixel % side, pixel / side, random.nextInt(1 << 24));
        }
        Path folder = Files.createDirectories(dir.resolve("images" + side).resolve("n" + i % 2));
        ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
      }
    }
  }

  /** Those that start where another one ended are run after it, in tests of their own. */
  static List<Path> configs() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .filter(file -> !file.toString().contains("abloss"))
          .filter(file -> !file.toString().contains("factor_transfer"))
          .filter(file -> !file.toString().contains("deit"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void config_validatesAndRuns(Path file) throws IOException {
    run(file, List.of());
  }

  @Test
  void activationBoundaries_twoStages() throws IOException {
    Path folder = CONFIGS.resolve("abloss");
    Path first = folder.resolve("abloss_pretrain_backbone_resnet50_resnet18_8xb32_in1k.json");
    Path out = run(first, List.of());
    run(
        folder.resolve("abloss_logits_resnet50_resnet18_8xb32_in1k.json"),
        List.of("algorithm.init_cfg.checkpoint=" + out));
  }

  /**
   * The paraphraser of 2,048 channels has 132 million parameters, more than this JVM averages: with
   * the real networks a trial step is taken, both stages are run with a narrower teacher.
   */
  @Test
  void factorTransfer_twoStages() throws IOException {
    Path folder = CONFIGS.resolve("factor_transfer");
    String name = "factor-transfer_backbone_resnet50_resnet18_8xb16_cifar10_";
    Path pretrain = folder.resolve(name + "pretrain.json");
    new Preparation(TestSpark.session()).prepare(config(pretrain, List.of()));

    String distiller = "algorithm.distiller.";
    List<String> narrow =
        List.of(
            "algorithm.teacher.depth=18",
            distiller + "teacher_recorders.bb_s4.source=backbone.layer4.1.conv2",
            distiller + "connectors.loss_s4_sfeat.out_channel=32",
            distiller + "connectors.loss_s4_tfeat.in_channel=512",
            distiller + "connectors.loss_s4_tfeat.out_channel=32");
    Path out = run(pretrain, narrow);
    List<String> second = new ArrayList<>(narrow);
    second.add("algorithm.init_cfg.checkpoint=" + out);
    run(folder.resolve(name + "train.json"), second);
  }

  /** The real networks take a trial step; 87 million parameters are more than this JVM averages. */
  @Test
  void distillationThroughAttention() throws IOException {
    Path file = CONFIGS.resolve("deit/deit-base_regnety160_pt-16xb64_in1k.json");
    new Preparation(TestSpark.session()).prepare(config(file, List.of()));
    run(
        file,
        List.of(
            "algorithm.architecture.arch=deit-tiny", "algorithm.teacher.model_name=regnety_002"));
  }

  /** Returns the output folder. */
  private Path run(Path file, List<String> more) throws IOException {
    ExperimentConfig config = config(file, more);
    new Experiment(
            TestSpark.session(), Console.log(new PrintStream(OutputStream.nullOutputStream())))
        .run(config);

    Path out = Path.of(config.output().dir());
    JsonNode losses =
        new ObjectMapper()
            .readTree(out.resolve("report.json").toFile())
            .at("/distilled/runs/0/epochs/0/losses");
    Distillation algorithm = (Distillation) config.algorithm();
    List<String> expected = new ArrayList<>();
    algorithm
        .distiller()
        .lossForwardMappings()
        .keySet()
        .forEach(loss -> expected.add("distill." + loss));
    if (algorithm.calculateStudentLoss()) {
      expected.add("student.loss");
    }
    if (algorithm instanceof DataFree dataFree) {
      dataFree
          .generatorDistiller()
          .lossForwardMappings()
          .keySet()
          .forEach(loss -> expected.add("generator." + loss));
    }
    assertThat(losses.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(expected);
    losses.forEach(loss -> assertThat(loss.asDouble()).isFinite());
    assertThat(Files.exists(out.resolve("connectors.npz")))
        .isEqualTo(
            algorithm.distiller().lossForwardMappings().values().stream()
                .flatMap(mapping -> mapping.values().stream())
                .filter(reference -> reference.connector() != null)
                .anyMatch(
                    reference ->
                        algorithm.distiller().connectors().get(reference.connector()).trainable()));
    ComputationGraph student =
        ModelSerializer.restoreComputationGraph(
            new ByteArrayInputStream(Files.readAllBytes(out.resolve("student.zip"))));
    assertThat(student.getConfiguration().toJson()).doesNotContain("limbeck", "connectors.");
    // Those of all configs together would be gigabytes.
    new Folders(new Storage(TestSpark.context().hadoopConfiguration()))
        .delete(out.resolve("checkpoints").toString());
    return out;
  }

  private ExperimentConfig config(Path file, List<String> more) {
    boolean large = file.toString().contains("in1k");
    Path images = dir.resolve(large ? "images80" : "images32");
    List<String> overrides = new ArrayList<>(more);
    boolean free = new ConfigReader().read(file, more).algorithm() instanceof DataFree;
    overrides.add(free ? "algorithm.steps_per_epoch=1" : "data.train.path=" + images);
    overrides.add("data.test.path=" + images);
    overrides.add("data.resize=" + (large ? "{edge: 70, crop: 64}" : "null"));
    overrides.add("schedule.epochs=1");
    overrides.add("schedule.batch_size=1");
    overrides.add("averaging.workers=2");
    String name = file.getFileName().toString().replace(".json", "");
    overrides.add("output.dir=" + dir.resolve(name));
    ExperimentConfig config = new ConfigReader().read(file, overrides);
    if (config.algorithm() instanceof SingleTeacherDistill algorithm) {
      overrides.add("algorithm.teacher_ckpt=" + teacher(algorithm.teacher(), large));
      return new ConfigReader().read(file, overrides);
    }
    if (config.algorithm() instanceof DataFree algorithm) {
      algorithm
          .teachers()
          .forEach(
              (key, teacher) ->
                  overrides.add(
                      "algorithm.teachers.%s.teacher_ckpt=%s"
                          .formatted(key, teacher(teacher.architecture(), large))));
      return new ConfigReader().read(file, overrides);
    }
    return config;
  }

  /** A file of random weights, made once. */
  private Path teacher(ArchitectureConfig architecture, boolean large) {
    return teachers.computeIfAbsent(
        architecture,
        wanted -> {
          int[] shape = large ? new int[] {3, 64, 64} : new int[] {3, 32, 32};
          ModelFactory factory =
              new ModelFactory(
                  new Storage(TestSpark.context().hadoopConfiguration()), shape, large ? 1000 : 10);
          byte[] bytes =
              ModelFile.write(Networks.fresh(factory.configuration(wanted, "teacher", 7)), shape);
          try {
            return Files.write(dir.resolve("teacher" + teachers.size() + ".zip"), bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** The published tables name the file; a config without a README line would be an orphan. */
  @Test
  void everyConfig_isInItsFoldersReadme() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        String readme = Files.readString(file.resolveSibling("README.md"), StandardCharsets.UTF_8);
        assertThat(readme).contains(file.getFileName().toString());
      }
    }
  }
}
