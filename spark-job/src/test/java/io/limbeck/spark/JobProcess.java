package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The job's jar beside Spark's own jars and nothing else, as {@code spark-submit} starts it. */
final class JobProcess {
  /** What Spark ships, of the artifacts that the tests see, by their folders in a repository. */
  private static final List<String> SPARKS =
      List.of(
          "org/apache/",
          "org/scala-lang/",
          "com/fasterxml/jackson/core/",
          "com/fasterxml/jackson/module/",
          "com/fasterxml/jackson/datatype/",
          "com/sun/",
          "com/twitter/",
          "com/esotericsoftware/",
          "com/google/guava/",
          "com/google/code/findbugs/",
          "com/google/crypto/",
          "com/github/luben/",
          "com/ning/",
          "com/clearspring/",
          "commons-",
          "io/netty/",
          "io/dropwizard/",
          "io/airlift/",
          "jakarta/",
          "javax/",
          "net/razorvine/",
          "org/antlr/",
          "org/codehaus/",
          "org/glassfish/",
          "org/javassist/",
          "org/json4s/",
          "org/lz4/",
          "org/objenesis/",
          "org/roaringbitmap/",
          "org/rocksdb/",
          "org/scalanlp/",
          "org/slf4j/",
          "org/typelevel/",
          "org/xerial/",
          "com/thoughtworks/");

  private JobProcess() {}

  private static String sparksJars() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(entry -> !entry.contains("minicluster"))
        .filter(
            entry ->
                SPARKS.stream()
                    .anyMatch(
                        group -> entry.replace(File.separatorChar, '/').contains("/" + group)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The options of a job in one JVM. */
  static final List<String> LOCAL = List.of("-Xmx1g", "-Dspark.master=local[2]");

  /** The options of a job with executors of one thread each, in JVMs of their own. */
  static List<String> localCluster(int executors, String... more) {
    return cluster("local-cluster[" + executors + ",1,1024]", more);
  }

  /** The options of a job on a cluster. */
  static List<String> cluster(String master, String... more) {
    List<String> options = new ArrayList<>();
    Collections.addAll(
        options,
        "-Xmx1g",
        "-Dspark.master=" + master,
        "-Dspark.executor.memory=1g",
        "-Dspark.executor.defaultJavaOptions=-XX:TieredStopAtLevel=1",
        "-Dspark.driver.host=127.0.0.1",
        "-Dspark.driver.bindAddress=127.0.0.1",
        "-Dspark.executor.extraClassPath=" + classPath());
    Collections.addAll(options, more);
    return options;
  }

  private static String classPath() {
    return jar() + File.pathSeparator + sparksJars();
  }

  private static Path jar() {
    return Path.of("target", "limbeck-job.jar").toAbsolutePath();
  }

  /**
   * Starts a command.
   *
   * @param folder where relative paths begin
   * @param options of the JVM, with Spark's properties
   * @param arguments of the job's main class
   */
  static Process start(Path folder, List<String> options, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(options);
    if (options.stream().noneMatch(option -> option.startsWith("-Dspark.ui."))) {
      all.add("-Dspark.ui.enabled=false");
    }
    List<String> command = new ArrayList<>(List.of("io.limbeck.spark.cli.Limbeck"));
    Collections.addAll(command, arguments);
    return java(folder, all, command.toArray(String[]::new)).start();
  }

  /** The classes of the tests. */
  static Path testClasses() {
    return Path.of("target", "test-classes").toAbsolutePath();
  }

  /**
   * A command with more classes, to be started.
   *
   * @param folder where relative paths begin
   * @param classes a folder of them
   * @param options of the JVM, with Spark's properties
   * @param arguments of the job's main class
   */
  static ProcessBuilder with(Path folder, Path classes, List<String> options, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("io.limbeck.spark.cli.Limbeck"));
    Collections.addAll(command, arguments);
    String path = classPath() + File.pathSeparator + classes;
    return java(folder, path, options, command.toArray(String[]::new));
  }

  /**
   * Starts a command through Spark's own {@code spark-submit} in one JVM, where the job's jar has a
   * class loader of its own, as it does for users.
   *
   * @param folder where relative paths begin
   * @param options of the JVM, with Spark's properties
   * @param arguments of the job's main class
   */
  static Process submit(Path folder, List<String> options, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                "local[2]",
                "--class",
                "io.limbeck.spark.cli.Limbeck",
                jar().toString()));
    Collections.addAll(command, arguments);
    return java(folder, sparksJars(), options, command.toArray(String[]::new)).start();
  }

  /** A JVM with Spark and the job on its class path. */
  static ProcessBuilder java(Path folder, List<String> options, String... mainClassAndArguments)
      throws IOException {
    return java(folder, classPath(), options, mainClassAndArguments);
  }

  private static ProcessBuilder java(
      Path folder, String classPath, List<String> options, String... mainClassAndArguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    // Tests start many JVMs for some seconds each.
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(options);
    Collections.addAll(command, "-cp", classPath);
    Collections.addAll(command, mainClassAndArguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    // What starts executors looks for Spark's jars there, and theirs are on the class path above.
    Files.createDirectories(folder.resolve("spark-home/jars"));
    builder.environment().put("SPARK_HOME", folder.resolve("spark-home").toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder;
  }

  /** Starts a command in one JVM. */
  static Process start(Path folder, String... arguments) throws IOException {
    return start(folder, LOCAL, arguments);
  }

  /**
   * Runs a command that must succeed.
   *
   * @param folder where relative paths begin
   * @param options of the JVM, with Spark's properties
   * @param arguments of the job's main class
   * @return what it printed
   */
  static String run(Path folder, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(folder, options, arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Runs a command in one JVM. */
  static String run(Path folder, String... arguments) throws IOException, InterruptedException {
    return run(folder, LOCAL, arguments);
  }
}
