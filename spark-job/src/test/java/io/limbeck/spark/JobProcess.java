package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
          "org/json4s/",
          "org/lz4/",
          "org/objenesis/",
          "org/roaringbitmap/",
          "org/rocksdb/",
          "org/slf4j/",
          "org/xerial/",
          "com/thoughtworks/");

  private JobProcess() {}

  private static String sparksJars() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(
            entry ->
                SPARKS.stream()
                    .anyMatch(
                        group -> entry.replace(File.separatorChar, '/').contains("/" + group)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Starts a command.
   *
   * @param folder where relative paths begin
   * @param arguments of the job's main class
   */
  static Process start(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    Path jar = Path.of("target", "limbeck-job.jar").toAbsolutePath();
    Stream.of(
            "-Xmx1g",
            "-Dspark.master=local[2]",
            "-Dspark.ui.enabled=false",
            "-cp",
            jar + File.pathSeparator + sparksJars(),
            "io.limbeck.spark.cli.Limbeck")
        .forEach(command::add);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  /**
   * Runs a command that must succeed.
   *
   * @param folder where relative paths begin
   * @param arguments of the job's main class
   * @return what it printed
   */
  static String run(Path folder, String... arguments) throws IOException, InterruptedException {
    Process process = start(folder, arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
