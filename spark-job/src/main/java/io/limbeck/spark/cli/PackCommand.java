package io.limbeck.spark.cli;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.source.Part;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns a part of a config's data into one Parquet file. */
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = {
      "Write a part of a config's data as one Parquet file of raw values and labels, in order. Reading it back takes"
          + " format parquet and, for images, data.shape."
    })
final class PackCommand implements Callable<Integer>, Verbosity.Aware {
  @Parameters(index = "0", paramLabel = "CONFIG", description = "Config whose data block is used.")
  private Path config;

  @Parameters(index = "1", paramLabel = "FILE", description = "Parquet file to write.")
  private String file;

  @Option(
      names = "--part",
      defaultValue = "TRAIN",
      description = "Part of the data: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Part part;

  @Mixin private ConfigOptions options;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() {
    ExperimentConfig experiment = options.read(config);
    SparkSession spark = verbosity.session("limbeck pack " + experiment.name());
    try {
      long examples = new DataLoader(spark, experiment.data()).pack(part, file);
      System.out.printf("%s: %,d examples%n", file, examples);
      return 0;
    } finally {
      verbosity.stop(spark);
    }
  }

  @Override
  public Verbosity verbosity() {
    return verbosity;
  }
}
