package io.limbeck.benchmarks.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the job with {@code spark-submit}, as a user on this machine does.
 *
 * @param root the repository's folder
 */
record Submit(Path root) {

  /**
   * A command of the job, to be started.
   *
   * @param master Spark's
   * @param confs of Spark, {@code key=value}
   * @param arguments the command and what belongs to it
   */
  ProcessBuilder limbeck(String master, List<String> confs, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(root.resolve("deploy/local/submit").toString());
    confs.forEach(conf -> command.addAll(List.of("--conf", conf)));
    command.addAll(List.of("--class", "io.limbeck.spark.cli.Limbeck"));
    command.add(root.resolve("spark-job/target/limbeck-job.jar").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().put("SPARK_MASTER", master);
    return builder;
  }
}
