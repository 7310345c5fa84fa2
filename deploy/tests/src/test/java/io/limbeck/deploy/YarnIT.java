package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of YARN, command by command, with data, teacher and results on HDFS. */
class YarnIT {
  @TempDir private static Path dir;
  private static YarnCluster cluster;
  private static Shell shell;
  private static Path settings;
  private static final Readme README = new Readme("deploy/yarn/README.md");

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster = new YarnCluster(dir);
    shell = cluster.shell();
    shell.run(README.command("Data and models"));
    settings = dir.resolve("limbeck.conf");
    shell.run(settings("Settings", settings));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Readme.Command settings(String heading, Path file) {
    return README.command(heading).with("> limbeck.conf", "> " + file);
  }

  /** What a run left in a folder below the home folder. */
  private static JsonNode done(String out) throws IOException, InterruptedException {
    Path local = dir.resolve(out);
    cluster
        .files()
        .copyToLocalFile(
            new org.apache.hadoop.fs.Path(out), new org.apache.hadoop.fs.Path(local.toUri()));
    return QuickStart.assertDone(local);
  }

  private static Readme.Command submitted(Readme.Command command, Path properties, String out) {
    return command
        .with("limbeck.conf", properties.toString())
        .and("--set=output.dir=%s %s".formatted(out, QuickStart.SHORT));
  }

  @Test
  void driverHere() throws Exception {
    FutureTask<String> running =
        new FutureTask<>(
            () ->
                shell.run(
                    submitted(README.command("Submit with the driver here"), settings, "here")));
    new Thread(running).start();
    try {
      assertTabBehindTheProxy(running);
    } finally {
      // What failed here is told before what the tab lacked for it.
      running.get();
    }
    String said = running.get();
    assertThat(said).contains("gap recovered", "report: here/report.html");
    assertThat(done("here").has("gpus")).isFalse();
    assertThat(YarnCluster.gpuSeconds(cluster.lastApplication())).isZero();
  }

  /** The tracking URL that YARN shows leads to the driver's UI by way of its web proxy. */
  private static void assertTabBehindTheProxy(Future<?> running) throws Exception {
    String runs = "";
    // Before that, Spark says that it is starting, or that there is no training yet.
    while (!runs.startsWith("[{") && !running.isDone()) {
      Thread.sleep(200);
      runs = cluster.tracked("distillation/runs/").orElse(runs);
    }
    assertThat(new ObjectMapper().readTree(runs).at("/0/training/title").asText())
        .isEqualTo("student alone");
    assertThat(cluster.tracked("distillation/").orElseThrow())
        .contains("id=\"distillation\" data-runs=\"runs/\" data-live=\"true\"")
        .contains("/proxy/" + cluster.lastApplication().getApplicationId() + "/static/");
  }

  /** YARN counts the GPUs of driver and executors; which ones they are, it does not tell here. */
  @Test
  void driverInTheCluster_withGpus() throws Exception {
    Path withGpus = dir.resolve("gpus.conf");
    shell.run(settings("GPUs", withGpus));
    EventLog events = EventLog.in(dir.resolve("events"));
    shell.run(
        submitted(README.command("GPUs", 1), withGpus, "inside-with-gpus")
            .with("--queue default", "--queue default " + events.settings()));
    ApplicationReport application = cluster.lastApplication();
    assertThat(application.getFinalApplicationStatus())
        .as(cluster.output(application))
        .isEqualTo(FinalApplicationStatus.SUCCEEDED);
    assertThat(QuickStart.gpus(done("inside-with-gpus")))
        .as("one of each executor")
        .hasSize(2)
        .allMatch(each -> each.equals("0"));
    assertThat(YarnCluster.gpuSeconds(application)).isPositive();
    events.assertGpusForNetworksAlone();
    assertThat(cluster.output(application)).contains("gap recovered");
  }

  /**
   * As the page says of it: the settings without the deploy mode, the command with the script. Here
   * every task takes a GPU, by Spark's own setting instead of ours.
   */
  @Test
  void driverHere_withGpus() throws Exception {
    Path withGpus = dir.resolve("gpus-here.conf");
    shell.run(settings("GPUs", withGpus).with(" --deploy-mode cluster", ""));
    String computed = Files.readString(withGpus);
    assertThat(computed).contains("spark.limbeck.task.resource.gpu.amount ");
    Files.writeString(withGpus, computed.replace("spark.limbeck.task", "spark.task"));
    EventLog events = EventLog.in(dir.resolve("events-of-every-task"));
    shell.run(
        submitted(README.command("Submit with the driver here"), withGpus, "here-with-gpus")
            .with(
                "--queue default",
                "--queue default --files deploy/gpu/discover-gpus " + events.settings()));
    events.assertOneProfile();
    assertThat(QuickStart.gpus(done("here-with-gpus")))
        .hasSize(2)
        .allMatch(each -> each.equals("0"));
    assertThat(YarnCluster.gpuSeconds(cluster.lastApplication())).isPositive();
  }

  @Test
  void driverInTheCluster() throws Exception {
    shell.run(
        submitted(README.command("Submit with the driver in the cluster"), settings, "inside"));
    ApplicationReport application = cluster.lastApplication();
    assertThat(application.getFinalApplicationStatus())
        .as(cluster.output(application))
        .isEqualTo(FinalApplicationStatus.SUCCEEDED);
    assertThat(done("inside").has("gpus")).isFalse();
    assertThat(cluster.output(application)).contains("gap recovered");
  }

  /** A queue of its own; a mistake is told by its code. */
  @Test
  void mistake_failsTheApplication() throws Exception {
    shell.run(
        new Readme.Command(
            "! "
                + submitted(
                        README.command("Submit with the driver in the cluster"),
                        settings,
                        "mistake")
                    .with("--queue default", "--queue training --conf spark.yarn.maxAppAttempts=1")
                    .and("--set=algorithm.teacher_ckpt=configs/quickstart/no-teacher.zip")
                    .text()));
    ApplicationReport application = cluster.lastApplication();
    assertThat(application.getQueue()).endsWith("training");
    assertThat(application.getFinalApplicationStatus()).isEqualTo(FinalApplicationStatus.FAILED);
    assertThat(cluster.output(application)).contains("no-teacher.zip");
  }
}
