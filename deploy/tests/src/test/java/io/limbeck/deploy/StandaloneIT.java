package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

  /** Every executor has a GPU of its own, and tasks that run networks have it. */
  @Test
  void driverHere_withGpus() throws Exception {
    Path out = dir.resolve("here");
    Path settings = dir.resolve("here.conf");
    shell.run(
        readme
            .command("Settings")
            .with("--cores 1", "--cores 1 --gpus 1")
            .with("> limbeck.conf", "> " + settings));
    String said =
        shell.run(
            readme
                .command("Submit with the driver here")
                .with("limbeck.conf", settings.toString())
                .and("--set=output.dir=%s %s".formatted(out, QuickStart.SHORT)));
    JsonNode report = QuickStart.assertDone(out);
    assertThat(QuickStart.gpus(report)).containsExactly("0", "1");
    assertThat(said)
        .contains(
            "warning: the GPUs that Spark is asked for will be idle: this job was built for CPUs")
        .contains("gap recovered");
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
