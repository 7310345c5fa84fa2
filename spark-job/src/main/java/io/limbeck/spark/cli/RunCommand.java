package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.job.Experiment;
import io.limbeck.spark.job.StoppedException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs experiments. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Run experiments, one config after the other, whatever algorithm each names.")
final class RunCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(arity = "1..*", paramLabel = "CONFIG", description = "Experiment file, JSON or YAML.")
  private List<Path> configs;

  @Option(
      names = "--resume",
      description =
          "Go on from the checkpoints in the output folder; without any, start from the beginning.")
  private boolean resumes;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    // All configs are read before the first one runs, so that a typo in the last is not found hours
    // later.
    List<ExperimentConfig> experiments = configs.stream().map(options::read).toList();
    SparkSession spark = verbosity.session("limbeck " + experiments.get(0).name());
    StopSignals signals = StopSignals.listen();
    Duration startUp = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    try {
      for (ExperimentConfig experiment : experiments) {
        new Experiment(spark, Terminal.console(), resumes, signals::received)
            .after(startUp)
            .run(experiment);
        startUp = Duration.ZERO;
      }
      return 0;
    } catch (StoppedException e) {
      System.err.println(e.getMessage() + "; the same command with --resume goes on from there");
      return signals.exitCode();
    } finally {
      verbosity.stop(spark);
    }
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
