package io.limbeck.spark.cli;

import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.spark.device.GpuCheck;
import io.limbeck.spark.plugin.LimbeckPlugin;
import io.limbeck.spark.storage.Causes;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The option that brings Spark's and DL4J's own log back. */
final class Verbosity {
  private static final String MASTER = "spark.master";
  private static final String PLUGINS = "spark.plugins";
  private static final String LOCAL = "local[*]";

  /**
   * What tells that which fails a job, too, which is in its exception, and which calls did not get
   * through to executors that are lost.
   */
  private static final List<String> TELLING_TWICE =
      List.of(
          "org.apache.spark.executor.Executor",
          "org.apache.spark.scheduler.TaskSetManager",
          "org.apache.spark.util.Utils",
          "org.apache.spark.network");

  private static final List<String> STARTING =
      List.of("org.apache.spark.SparkContext", "org.apache.spark.util.Utils");

  @Option(
      names = {"-v", "--verbose"},
      description = "Show Spark's and DL4J's own log.")
  private boolean verbose;

  private final ExecutorLosses losses = new ExecutorLosses();

  /** A command that has the option. */
  interface Aware {
    Verbosity verbosity();
  }

  boolean verbose() {
    return verbose;
  }

  /** What happened to the session's executors. */
  ExecutorLosses losses() {
    return losses;
  }

  /** Ours beside those that were asked for. */
  private static String plugins() {
    String ours = LimbeckPlugin.class.getName();
    String others = System.getProperty(PLUGINS, "");
    return others.isBlank() || others.contains(ours) ? ours : others + "," + ours;
  }

  private static void unlessSet(SparkSession.Builder builder, String key, String value) {
    if (System.getProperty(key) == null) {
      builder.config(key, value);
    }
  }

  /** A Spark session that is as quiet as it was asked to be. */
  SparkSession session(String name) {
    GpuCheck.requireOnDriver();
    if (!verbose) {
      // Spark sets its log up when it first has something to say, and would undo what is set
      // before.
      new SparkConf(false).initializeLogIfNecessary(false, true);
      Configurator.setRootLevel(Level.ERROR);
    }
    // ND4J's libraries take a second to load, which Spark needs for itself anyway. Whatever is
    // wrong
    // with them shows when they are asked for.
    new Thread(CpuEngine::status, "native libraries").start();
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    unlessSet(builder, MASTER, LOCAL);
    // Parameters are random in most of their bits: compressing them takes time and saves little.
    unlessSet(builder, "spark.broadcast.compress", "false");
    // Whatever is broadcast takes at least one such block, and every round broadcasts its tasks.
    unlessSet(builder, "spark.broadcast.blockSize", "1m");
    // Takes longer than all else about a broadcast. TCP has sums of its own, and results come back
    // without any as well.
    unlessSet(builder, "spark.broadcast.checksum", "false");
    builder.config(PLUGINS, plugins());
    if (System.getProperty(MASTER, LOCAL).startsWith("local[")) {
      // What a task threw is in the way of nothing else here, and the driver must live to tell it.
      unlessSet(builder, "spark.executor.killOnFatalError.depth", "0");
      FatalErrors.watch(verbose);
    }
    SparkSession spark = started(builder);
    spark.sparkContext().addSparkListener(losses);
    spark.sparkContext().setLogLevel(verbose ? "INFO" : "ERROR");
    if (!verbose) {
      TELLING_TWICE.forEach(logger -> Configurator.setLevel(logger, Level.OFF));
    }
    return spark;
  }

  /** Settings that Spark cannot start with are a mistake of the user's, which it logs as well. */
  private SparkSession started(SparkSession.Builder builder) {
    if (verbose) {
      return builder.getOrCreate();
    }
    STARTING.forEach(logger -> Configurator.setLevel(logger, Level.OFF));
    try {
      return builder.getOrCreate();
    } catch (Exception e) {
      // Scala's exceptions are not declared.
      if (e instanceof SparkException) {
        throw new UserException(
            "Spark does not start: %s (-v shows what it logs)".formatted(Causes.firstLine(e)), e);
      }
      throw e;
    }
  }

  /** Stops a session, whose tasks may still be at work. What becomes of them is of no interest. */
  void stop(SparkSession spark) {
    if (!verbose) {
      Configurator.setAllLevels("", Level.OFF);
    }
    spark.stop();
  }
}
