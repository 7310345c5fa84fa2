package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.preparation.Preparation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configs that can be run from here; those whose data are there as {@code validate} does. */
class ShippedConfigsTest {
  private static final Path CONFIGS = Path.of("..", "configs");

  /** Their data, or a teacher, are not in the repository. */
  private static final List<String> READ_ONLY =
      List.of(
          "quickstart/teacher.json",
          "quickstart/multi-teacher.json",
          "text/spam.json",
          "text/spam-labels.json",
          "segmentation/teacher.json",
          "segmentation/cwd.json",
          "segmentation/pkd.json",
          "segmentation/mgd.json");

  @TempDir private static Path dir;

  static List<Path> configs() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String folder : List.of("quickstart", "results", "text", "segmentation")) {
      try (Stream<Path> files = Files.list(CONFIGS.resolve(folder))) {
        files.forEach(all::add);
      }
    }
    return all.stream()
        .filter(file -> file.toString().endsWith(".json"))
        .filter(file -> !file.toString().endsWith("report.json"))
        .sorted()
        .toList();
  }

  /** Their paths are from the root of the repository, where no test runs. */
  @BeforeAll
  static void copy() throws IOException {
    String root = CONFIGS.toRealPath().getParent().toString();
    for (Path config : configs()) {
      String text = Files.readString(config).replace("\"configs/", "\"" + root + "/configs/");
      Path copied = copyOf(config);
      Files.createDirectories(copied.getParent());
      Files.writeString(copied, text);
    }
  }

  private static Path copyOf(Path config) {
    return dir.resolve(CONFIGS.relativize(config));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void config_fitsItsDataAndModels(Path file) {
    ExperimentConfig config =
        new ConfigReader().read(copyOf(file), List.of("output.dir=" + dir.resolve("out")));
    if (READ_ONLY.contains(CONFIGS.relativize(file).toString())) {
      return;
    }
    if (config.algorithm() instanceof MultiStage) {
      assertThat(new Stages(config).check(TestSpark.session())).hasSizeGreaterThan(1);
    } else {
      assertThat(new Preparation(TestSpark.session()).prepare(config).shape())
          .containsExactly(1, 28, 28);
    }
  }
}
