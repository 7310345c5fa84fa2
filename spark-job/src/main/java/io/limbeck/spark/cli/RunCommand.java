package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.job.Experiment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Runs experiments. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Run experiments, one config after the other, whatever algorithm each names.")
final class RunCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(arity = "1..*", paramLabel = "CONFIG", description = "Experiment file, JSON or YAML.")
  private List<Path> configs;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    // All configs are read before the first one runs, so that a typo in the last is not found hours
    // later.
    List<ExperimentConfig> experiments = configs.stream().map(options::read).toList();
    SparkSession spark = verbosity.session("limbeck " + experiments.get(0).name());
    try {
      for (ExperimentConfig experiment : experiments) {
        new Experiment(spark, System.out, Terminal.isInteractive()).run(experiment);
      }
      return 0;
    } finally {
      spark.stop();
    }
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
