package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.job.Stages;
import io.limbeck.spark.model.Cluster;
import io.limbeck.spark.model.SubmitSettings;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.preparation.Prepared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Computes Spark's settings for an experiment. */
@Command(
    name = "submit-args",
    mixinStandardHelpOptions = true,
    description = {
      "Compute the settings of Spark that an experiment needs on a cluster: memory of driver and executors, on the heap"
          + " and outside it, and threads. Checks the experiment as 'validate' does, on this machine."
    })
final class SubmitArgsCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(paramLabel = "CONFIG", description = "Experiment file, JSON or YAML.")
  private Path config;

  @Option(
      names = "--executors",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many executors (default: ${DEFAULT-VALUE}).")
  private int executors;

  @Option(
      names = "--cores",
      paramLabel = "N",
      defaultValue = "2",
      description = "Cores of each executor (default: ${DEFAULT-VALUE}).")
  private int cores;

  @Option(
      names = "--gpus",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "GPUs of each executor; tasks that run networks take one each (default: ${DEFAULT-VALUE}).")
  private int gpus;

  @Option(
      names = "--manager",
      description =
          "standalone, yarn or kubernetes: who runs the job. Without, settings that none of them minds.")
  private Cluster.Manager manager;

  @Option(
      names = "--deploy-mode",
      defaultValue = "CLIENT",
      description =
          "As for spark-submit: where the driver runs, client or cluster (default: client).")
  private DeployMode deployMode;

  @Option(
      names = "--format",
      defaultValue = "ARGS",
      description = {
        "args: arguments for spark-submit. properties: a file for its --properties-file (default: args)."
      })
  private Format format;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  /** Where the driver runs. */
  enum DeployMode {
    CLIENT,
    CLUSTER
  }

  /** How settings are written. */
  enum Format {
    ARGS,
    PROPERTIES
  }

  @Override
  public Integer call() {
    requirePositive("--executors", executors);
    requirePositive("--cores", cores);
    if (gpus < 0) {
      throw new UserException("'--gpus' is %d, but must be at least 0".formatted(gpus));
    }
    ExperimentConfig experiment = options.read(config);
    SparkSession spark = verbosity.session("limbeck submit-args " + experiment.name());
    try {
      System.out.print(written(largest(prepared(spark, experiment))));
      return 0;
    } finally {
      verbosity.stop(spark);
    }
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new UserException("'%s' is %d, but must be at least 1".formatted(option, value));
    }
  }

  private static Collection<Prepared> prepared(SparkSession spark, ExperimentConfig experiment) {
    return experiment.algorithm() instanceof MultiStage
        ? new Stages(experiment).check(spark).values()
        : List.of(new Preparation(spark).prepare(experiment));
  }

  /** Of several stages, each needs its own; together they need the most of each. */
  private Map<String, String> largest(Collection<Prepared> stages) {
    Cluster cluster =
        new Cluster(manager, deployMode == DeployMode.CLUSTER, executors, cores, gpus);
    List<SubmitSettings> all = new ArrayList<>();
    for (Prepared stage : stages) {
      Integer workers = stage.config().averaging().workers();
      all.add(
          SubmitSettings.of(
              stage.sizes(), cluster, workers == null ? executors * cluster.tasks() : workers));
    }
    return SubmitSettings.largest(all).properties();
  }

  private String written(Map<String, String> properties) {
    StringBuilder text = new StringBuilder();
    properties.forEach(
        (name, value) ->
            text.append(
                format == Format.PROPERTIES
                    ? "%-46s %s%n".formatted(name, value)
                    : "--conf %s \\%n".formatted(quoted(name + "=" + value))));
    return text.toString();
  }

  private static String quoted(String word) {
    return word.contains(" ") ? "'" + word + "'" : word;
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
