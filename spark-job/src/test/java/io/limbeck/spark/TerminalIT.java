package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job in a terminal, and in none. */
class TerminalIT {
  private static final String ESCAPE = "\u001b";
  private static final int COLUMNS = 60;

  @TempDir private static Path dir;
  private static String config;

  @BeforeAll
  static void write() {
    config = new TinyExperiment(dir).file().toString();
  }

  private static String[] command() {
    return new String[] {
      "io.limbeck.spark.cli.Limbeck",
      "run",
      config,
      "--set=output={dir: " + dir.resolve("out") + ", overwrite: true}"
    };
  }

  private static List<String> options() {
    return Stream.concat(JobProcess.LOCAL.stream(), Stream.of("-Dspark.ui.enabled=false")).toList();
  }

  /** Runs a command in a terminal that the program {@code script} makes. */
  private static String inTerminal(String before, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder job = JobProcess.java(dir, options(), command);
    String words =
        job.command().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    job.command(
        "script",
        "--quiet",
        "--return",
        "--command",
        "stty cols " + COLUMNS + "; " + before + " exec " + words,
        "/dev/null");
    job.environment().put("TERM", "xterm");
    job.environment().remove("NO_COLOR");
    Process process = job.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void terminal_oneLineIsWrittenOver_inItsWidth_resultsStandOut() throws Exception {
    String output = inTerminal("", command());
    List<String> statuses =
        Stream.of(output.split("\r"))
            .filter(part -> part.startsWith(ESCAPE + "[K") && part.contains(")  epoch "))
            .map(part -> part.substring(3))
            .toList();
    assertThat(statuses).as(output).hasSizeGreaterThan(3);
    assertThat(statuses).allMatch(status -> status.length() < COLUMNS);
    assertThat(output).contains(ESCAPE + "[1mdistilled ").doesNotContain("INFO", "WARN");
  }

  @Test
  void terminal_noColorsWhereTheyAreNotWanted() throws Exception {
    String output = inTerminal("NO_COLOR=1", command());
    assertThat(output).contains("\r" + ESCAPE + "[K").doesNotContain(ESCAPE + "[1m");
  }

  @Test
  void terminal_mistakesAreRed() throws Exception {
    String output = inTerminal("", "io.limbeck.spark.cli.Limbeck", "run", "no-such-file.json");
    assertThat(output).startsWith(ESCAPE + "[1;31merror:" + ESCAPE + "[0m ");
  }

  @Test
  void log_hasNothingThatOnlyATerminalUnderstands() throws Exception {
    ProcessBuilder job = JobProcess.java(dir, options(), command());
    Process process = job.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).doesNotContain(ESCAPE, "\r").contains("mean ± standard deviation");
    assertThat(output).doesNotContain("INFO", "WARN").startsWith("native path: ");
    assertThat(output.lines().filter(line -> line.contains("round 1/"))).isNotEmpty();
  }
}
