package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.job.Stages;
import io.limbeck.spark.preparation.PlanText;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.storage.Storage;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Checks an experiment without training. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "Check everything about an experiment that can be known before training: keys and values, models, recorders,"
          + " losses and their arguments, shapes, class counts, a sample of the data, memory. Prints the plan."
    })
final class ValidateCommand implements Callable<Integer>, Verbosity.Aware {
  private static final int SAMPLE = 1000;

  @Parameters(paramLabel = "CONFIG", description = "Experiment file, JSON or YAML.")
  private Path config;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    ExperimentConfig experiment = options.read(config);
    SparkSession spark = verbosity.session("limbeck validate " + experiment.name());
    try {
      new Storage(spark.sparkContext().hadoopConfiguration())
          .requireEmpty(experiment.output().dir(), experiment.output().overwrite());
      if (experiment.algorithm() instanceof MultiStage) {
        new Stages(experiment)
            .check(spark)
            .forEach(
                (stage, prepared) -> {
                  System.out.println("stage " + stage);
                  say(spark, prepared);
                  System.out.println();
                });
      } else {
        say(spark, new Preparation(spark).prepare(experiment));
      }
      return 0;
    } finally {
      verbosity.stop(spark);
    }
  }

  private static void say(SparkSession spark, Prepared prepared) {
    new DataLoader(spark, prepared.config().data()).checkSample(prepared.shape(), SAMPLE);
    System.out.print(PlanText.of(prepared));
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
