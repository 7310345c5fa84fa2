package io.limbeck.spark.cli;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The option that brings Spark's and DL4J's own log back. */
final class Verbosity {
  @Option(
      names = {"-v", "--verbose"},
      description = "Show Spark's and DL4J's own log.")
  private boolean verbose;

  /** A command that has the option. */
  interface Aware {
    Verbosity verbosity();
  }

  boolean verbose() {
    return verbose;
  }

  private static void unlessSet(SparkSession.Builder builder, String key, String value) {
    if (System.getProperty(key) == null) {
      builder.config(key, value);
    }
  }

  /** A Spark session that is as quiet as it was asked to be. */
  SparkSession session(String name) {
    if (!verbose) {
      Configurator.setRootLevel(Level.ERROR);
    }
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    unlessSet(builder, "spark.master", "local[*]");
    // Parameters are random in most of their bits: compressing them takes time and saves little.
    unlessSet(builder, "spark.broadcast.compress", "false");
    // Whatever is broadcast takes at least one such block, and every round broadcasts its tasks.
    unlessSet(builder, "spark.broadcast.blockSize", "1m");
    // Takes longer than all else about a broadcast. TCP has sums of its own, and results come back
    // without any as well.
    unlessSet(builder, "spark.broadcast.checksum", "false");
    SparkSession spark = builder.getOrCreate();
    spark.sparkContext().setLogLevel(verbose ? "INFO" : "ERROR");
    return spark;
  }
}
