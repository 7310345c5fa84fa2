package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.stock.StockDl4jProgram;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StockDl4jTest {
  @TempDir Path dir;

  /** In a JVM whose class path holds DL4J, and of ours only the program itself. */
  @Test
  void exportedStudent_loadsInADl4jProgram()
      throws IOException, InterruptedException, URISyntaxException {
    new Experiment(
            TestSpark.session(), Console.log(new PrintStream(OutputStream.nullOutputStream())))
        .run(new TinyExperiment(dir).config("repeats=1", "student_alone=false"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                classPath(),
                StockDl4jProgram.class.getName(),
                dir.resolve("out/student.zip").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("probabilities of two examples sum to 2.000");
  }

  private String classPath() throws IOException, URISyntaxException {
    String jars =
        Arrays.stream(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator))
            .filter(
                entry ->
                    entry.endsWith(".jar")
                        && !entry.contains("distill-core")
                        && !entry.contains("dl4j-models"))
            .filter(entry -> !entry.contains("spark-job"))
            .collect(Collectors.joining(File.pathSeparator));
    Path program = dir.resolve("program/io/limbeck/stock");
    Files.createDirectories(program);
    Path compiled =
        Path.of(StockDl4jProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Files.copy(
        compiled.resolve("io/limbeck/stock/StockDl4jProgram.class"),
        program.resolve("StockDl4jProgram.class"));
    return dir.resolve("program") + File.pathSeparator + jars;
  }
}
