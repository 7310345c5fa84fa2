package io.limbeck.deploy;

import java.nio.file.Path;

/** Where things are. */
final class Project {
  static final Path ROOT = Path.of(System.getProperty("limbeck.root")).toAbsolutePath();
  static final Path SPARK_HOME = ROOT.resolve("target/spark-home");
  static final Path JOB = ROOT.resolve("spark-job/target/limbeck-job.jar");

  private Project() {}
}
