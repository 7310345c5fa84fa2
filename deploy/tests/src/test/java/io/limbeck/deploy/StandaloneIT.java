package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of Spark's own manager, command by command. */
class StandaloneIT {
  @TempDir private static Path dir;
  private static StandaloneManager manager;
  private static Shell shell;

  private final Readme readme = new Readme("deploy/standalone/README.md");

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    manager = new StandaloneManager(dir);
    shell = new Shell(Map.of("SPARK_MASTER", manager.master()));
  }

  @AfterAll
  static void stop() {
    if (manager != null) {
      manager.close();
    }
  }

  /**
   * Every executor has two cores and a GPU, and tasks that run networks have that one. As nobody
   * says how many students there are to be, there are as many as GPUs.
   */
  @Test
  void driverHere_withGpus() throws Exception {
    Path out = dir.resolve("here");
    Path settings = dir.resolve("here.conf");
    EventLog events = EventLog.in(dir.resolve("events"));
    shell.run(readme.command("GPUs", 1).with("> limbeck.conf", "> " + settings));
    String said =
        shell.run(
            readme
                .command("Submit with the driver here")
                .with(
                    "--properties-file limbeck.conf",
                    "--properties-file %s %s %s"
                        .formatted(settings, events.settings(), csvOfExecutors()))
                .and("--set=averaging.workers=null")
                .and("--set=output.dir=%s %s".formatted(out, QuickStart.SHORT)));
    JsonNode report = QuickStart.assertDone(out);
    assertThat(report.path("workers").asInt()).isEqualTo(2);
    assertThat(QuickStart.gpus(report)).containsExactly("0", "1");
    assertThat(examples("0")).isPositive();
    assertThat(examples("1")).isPositive();
    events.assertGpusForNetworksAlone();
    assertThat(said)
        .contains(
            "warning: the GPUs that Spark is asked for will be idle: this job was built for CPUs")
        .contains("gap recovered");
  }

  private static String csvOfExecutors() throws IOException {
    String sink = "--conf spark.metrics.conf.executor.sink.csv.";
    return "%sclass=org.apache.spark.metrics.sink.CsvSink %speriod=1 %sdirectory=%s"
        .formatted(sink, sink, sink, Files.createDirectories(dir.resolve("csv")));
  }

  /** What the plugin counted on an executor. */
  private static long examples(String executor) throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("csv"))) {
      Path file =
          files
              .filter(
                  each ->
                      each.toString()
                          .matches(".*\\." + executor + "\\..*LimbeckPlugin\\.examples\\.csv"))
              .findFirst()
              .orElseThrow();
      List<String> lines = Files.readAllLines(file);
      return Long.parseLong(lines.get(lines.size() - 1).split(",")[1]);
    }
  }

  @Test
  void driverInTheCluster() throws Exception {
    Path out = dir.resolve("inside");
    Path settings = dir.resolve("inside.conf");
    shell.run(
        readme
            .command("Submit with the driver in the cluster", 0)
            .with("> limbeck-cluster.conf", "> " + settings));
    String said =
        shell.run(
            readme
                .command("Submit with the driver in the cluster", 1)
                .with("limbeck-cluster.conf", settings.toString())
                .with("\"$PWD/runs/quickstart\"", out.toString())
                .and(QuickStart.SHORT));
    assertThat(said).as(manager.driversOutput()).contains(" is FINISHED");
    JsonNode report = QuickStart.assertDone(out);
    assertThat(report.has("gpus")).isFalse();
    assertThat(manager.driversOutput()).contains("gap recovered", "report: " + out);
    assertThat(Files.exists(out.resolve(".lock"))).isFalse();
  }
}
