package io.limbeck.spark.job;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.SparkSession;

/** The stages of a config as experiments of their own. */
public final class Stages {
  private final ExperimentConfig config;

  /**
   * The stages of a config.
   *
   * @param config one of {@link MultiStage}
   */
  public Stages(ExperimentConfig config) {
    this.config = config;
  }

  /** Their names in their order. */
  public List<String> names() {
    return List.copyOf(((MultiStage) config.algorithm()).stages().keySet());
  }

  /** Whether a stage is the one that the experiment is about. */
  boolean isLast(String stage) {
    return names().indexOf(stage) == names().size() - 1;
  }

  /**
   * A stage's run with one seed.
   *
   * @param stage its name
   * @param seed of the run
   */
  ExperimentConfig run(String stage, long seed) {
    return in(config.output().dir() + "/stages", stage, seed);
  }

  private ExperimentConfig in(String dir, String stage, long seed) {
    return new ConfigReader().stage(config, stage, folders(dir, seed), seed);
  }

  /**
   * The last one's student with neither stages before it nor a teacher.
   *
   * @param seed of the run
   */
  ExperimentConfig studentAlone(long seed) {
    return new ConfigReader()
        .studentAlone(config, folders(config.output().dir() + "/stages", seed), seed);
  }

  private static UnaryOperator<String> folders(String dir, long seed) {
    return name -> dir + "/" + name + "/seed-" + seed;
  }

  /**
   * Checks every stage against its data, its models and this machine, before the first one runs. In
   * the place of what stages will leave for later ones stand networks and connectors that have
   * learnt nothing.
   *
   * @param spark the session
   * @return each stage's experiment, by name
   * @throws UserException with what is wrong in a stage
   */
  public Map<String, Prepared> check(SparkSession spark) {
    Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
    String dir = "file:" + temporary();
    try {
      Map<String, Prepared> checked = new LinkedHashMap<>();
      for (String stage : names()) {
        ExperimentConfig run = in(dir, stage, config.seed());
        Prepared prepared =
            in(
                "Stage '%s'".formatted(stage),
                problem -> problem.replaceAll("\\Q" + dir + "\\E/([^/]+)/seed-\\d+", "stage:$1"),
                () -> new Preparation(spark).prepare(run));
        UntrainedResults.write(prepared, new ResultFiles(storage, run.output().dir()));
        checked.put(stage, prepared.of(run(stage, config.seed())));
      }
      return checked;
    } finally {
      new Folders(storage).delete(dir);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("stages");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says in which stage a mistake is. */
  static <T> T in(String label, UnaryOperator<String> words, Supplier<T> work) {
    try {
      return work.get();
    } catch (UserException e) {
      UserException told =
          new UserException(
              e.problems().stream()
                  .map(problem -> "%s: %s".formatted(label, words.apply(problem)))
                  .toList());
      told.initCause(e);
      throw told;
    }
  }
}
