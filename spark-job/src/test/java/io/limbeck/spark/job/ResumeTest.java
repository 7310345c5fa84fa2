package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are stopped and go on give what undisturbed ones give, to the bit. */
class ResumeTest {
  /** Something to remember for a loss, beside parameters and momentum. */
  private static final String CRD =
      "algorithm.distiller={type: ConfigurableDistiller,"
          + " student_recorders: {n: {type: ModuleOutputs, source: neck.fc}, d: {type: ModuleInputs, source: ''}},"
          + " teacher_recorders: {n: {type: ModuleOutputs, source: backbone.layer0.fc}},"
          + " connectors: {s: {type: CRDConnector, dim_in: 8, dim_out: 4}, t: {type: CRDConnector, dim_in: 12, dim_out: 4}},"
          + " distill_losses: {loss_crd: {type: CRDLoss, loss_weight: 0.8, neg_num: 4, sample_n: 60, dim_out: 4}},"
          + " loss_forward_mappings: {loss_crd: {s_feats: {recorder: n, from_student: true, connector: s},"
          + " t_feats: {recorder: n, from_student: false, connector: t},"
          + " data_samples: {recorder: d, from_student: true, data_idx: 1}}}}";

  private static final List<String> TIMES =
      List.of("seconds", "step_seconds", "step_share", "examples_per_second", "teacher_share");

  @TempDir Path dir;
  private TinyExperiment tiny;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  private void run(boolean resumes, BooleanSupplier stop, String... overrides) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(out), resumes, stop)
        .run(tiny.config(overrides));
  }

  /** Stops after so many rounds: it is asked before the first, too. */
  private static BooleanSupplier at(int round) {
    int[] asked = {0};
    return () -> ++asked[0] > round;
  }

  private void assertUserError(String message, String... overrides) {
    assertThatThrownBy(() -> run(true, () -> false, overrides))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  private static String[] with(Path out, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("output.dir=" + out);
    return all.toArray(String[]::new);
  }

  /** Models by name, and the report but for its times. */
  static Map<String, Object> results(Path out) throws IOException {
    Map<String, Object> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(each -> each.toString().matches(".*\\.(zip|npz)")).toList()) {
        if (!file.toString().contains("checkpoints")) {
          results.put(out.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
    }
    JsonNode report =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(out.resolve("report.json").toFile());
    withoutTimes(report);
    results.put("report", report);
    return results;
  }

  private static void withoutTimes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(TIMES);
    }
    node.forEach(ResumeTest::withoutTimes);
  }

  @ParameterizedTest
  @CsvSource({"0, ", "1, ", "2, ", "5, 1", "6, 4", "12, 1", "23, 7"})
  void stoppedAndContinued_isTheSameToTheBit(int round, Integer everyRounds) throws IOException {
    String checkpoints = "checkpoint.every_rounds=" + everyRounds;
    Path undisturbed = dir.resolve("undisturbed");
    run(false, () -> false, with(undisturbed));
    Path out = dir.resolve("out");
    assertThatThrownBy(() -> run(false, at(round), with(out, checkpoints)))
        .isInstanceOf(StoppedException.class)
        .hasMessageMatching(
            "(student alone|distilled) \\(seed [12]\\) stopped after \\d of 3 epochs( and 1 of 2 rounds)?");
    // Once more, somewhere later.
    try {
      run(true, at(4), with(out, checkpoints));
    } catch (StoppedException e) {
      run(true, () -> false, with(out, checkpoints));
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("going on from the checkpoints in " + out + "/checkpoints");
    assertThat(results(out)).isEqualTo(results(undisturbed));
    assertThat(out.resolve(".lock")).doesNotExist();
  }

  /** Velocity of the outer step, rounds of changing length, recomputed statistics. */
  @ParameterizedTest
  @CsvSource({"1", "3", "6"})
  void averagingChoices_areKept(int round) throws IOException {
    String[] choices = {
      "averaging={workers: 2, frequency: 1, frequency_schedule: {type: Qsr, alpha: 0.055},"
          + " outer: {type: Nesterov, momentum: 0.6}, deltas: half, recompute_batch_norm: 2}",
      "schedule.lr_schedule={type: Cosine}",
      "algorithm.architecture={type: CifarResNet, depth: 8}",
      "student_alone=false",
      "repeats=1"
    };
    Path undisturbed = dir.resolve("undisturbed");
    run(false, () -> false, with(undisturbed, choices));
    Path out = dir.resolve("out");
    assertThatThrownBy(() -> run(false, at(round), with(out, choices)))
        .isInstanceOf(StoppedException.class);
    run(true, () -> false, with(out, choices));
    assertThat(results(out)).isEqualTo(results(undisturbed));
    List<Integer> steps = new ArrayList<>();
    tiny.output("out/report.json")
        .at("/distilled/runs/0/epochs")
        .forEach(epoch -> steps.add(epoch.get("averaging_steps").asInt()));
    assertThat(steps).hasSize(3).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void memoryOfALoss_isKept() throws IOException {
    Path undisturbed = dir.resolve("undisturbed");
    run(false, () -> false, with(undisturbed, CRD, "student_alone=false", "repeats=1"));
    Path out = dir.resolve("out");
    assertThatThrownBy(() -> run(false, at(3), with(out, CRD, "student_alone=false", "repeats=1")))
        .isInstanceOf(StoppedException.class);
    run(true, () -> false, with(out, CRD, "student_alone=false", "repeats=1"));
    assertThat(results(out)).isEqualTo(results(undisturbed)).containsKey("connectors.npz");
  }

  @Test
  void finishedExperiment_givesItsReportAgain() throws IOException {
    run(false, () -> false, "repeats=1");
    Map<String, Object> before = results(dir.resolve("out"));
    run(true, () -> false, "repeats=1");
    assertThat(results(dir.resolve("out"))).isEqualTo(before);
  }

  @Test
  void nothingToContinue_startsFromTheBeginning() {
    run(true, () -> false, "repeats=1", "student_alone=false", "schedule.epochs=1");
    assertThat(dir.resolve("out/student.zip")).exists();
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("going on");
  }

  @Test
  void newestCheckpoints_stay() throws IOException {
    run(
        false,
        () -> false,
        "repeats=1",
        "student_alone=false",
        "checkpoint={every_rounds: 1, keep: 3}");
    try (Stream<Path> files = Files.list(dir.resolve("out/checkpoints/distilled-seed-1"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("00000008", "00000010", "00000012");
    }
  }

  private Path stopped() {
    assertThatThrownBy(() -> run(false, at(3), "student_alone=false"))
        .isInstanceOf(StoppedException.class);
    return dir.resolve("out/checkpoints/distilled-seed-1/00000006");
  }

  /** Two rounds an epoch; a run that never ends leaves what it has come to. */
  @Test
  void bestAndLastModels_areThereWhileARunGoesOn_andNothingOfAnEarlierOne() throws IOException {
    run(false, () -> false, "student_alone=false");
    Path models = dir.resolve("out/models");
    byte[] before = Files.readAllBytes(models.resolve("distilled-seed-1-last.zip"));
    assertThatThrownBy(
            () -> run(false, at(5), "student_alone=false", "seed=7", "output.overwrite=true"))
        .isInstanceOf(StoppedException.class)
        .hasMessage("distilled (seed 7) stopped after 2 of 3 epochs and 1 of 2 rounds");
    try (Stream<Path> files = Files.list(models)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("distilled-seed-7-best.zip", "distilled-seed-7-last.zip");
    }
    assertThat(dir.resolve("out/student.zip")).doesNotExist();
    assertThat(dir.resolve("out/report.json")).doesNotExist();
    byte[] last = Files.readAllBytes(models.resolve("distilled-seed-7-last.zip"));
    assertThat(last).isNotEqualTo(before);
    assertThat(ModelFile.read(last, "last").numParams()).isPositive();
  }

  @Test
  void anotherConfig_isRefused() {
    stopped();
    assertUserError(
        "'output.dir' is \""
            + dir.resolve("out")
            + "\", where another experiment began, which this config does not continue: 'student_alone' was false and"
            + " is true; 'schedule.epochs' was 3 and is 4",
        "schedule.epochs=4");
  }

  @Test
  void anotherTeacher_isRefused() throws IOException {
    Path checkpoint = stopped();
    Files.write(dir.resolve("teacher.zip"), retrained());
    assertThatThrownBy(() -> run(true, () -> false, "student_alone=false"))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "Checkpoint "
                + checkpoint
                + " cannot be continued: teacher: [0-9a-f]{64} then, [0-9a-f]{64} now");
  }

  @Test
  void otherExamplesOfTheSameNumber_areRefused() {
    Path checkpoint = stopped();
    io.limbeck.spark.TestData.idx(dir, "train", 60, 77);
    assertThatThrownBy(() -> run(true, () -> false, "student_alone=false"))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "Checkpoint "
                + checkpoint
                + " cannot be continued: fingerprint of the training examples: [0-9a-f]+ then, [0-9a-f]+ now");
  }

  /** Of the same form with other weights. */
  private static byte[] retrained() {
    var network = io.limbeck.dl4j.store.ModelFile.read(TinyExperiment.teacher(3), "teacher");
    network.params().muli(2);
    return io.limbeck.dl4j.store.ModelFile.write(network, 1, 8, 8);
  }

  @Test
  void truncatedCheckpoint_isRefused() throws IOException {
    Path arrays = stopped().resolve("arrays.npz");
    byte[] whole = Files.readAllBytes(arrays);
    Files.write(arrays, Arrays.copyOf(whole, whole.length - 7));
    assertUserError(
        "Checkpoint %s is damaged: arrays.npz has %d bytes, but %d were written. Delete its folder to continue from the one before it, if there is one"
            .formatted(arrays.getParent(), whole.length - 7, whole.length),
        "student_alone=false");
  }

  @Test
  void tamperedCheckpoint_isRefused() throws IOException {
    Path progress = stopped().resolve("progress.json");
    Files.writeString(
        progress, Files.readString(progress).replace("\"epoch\" : 1", "\"epoch\" : 0"));
    assertUserError(
        "is damaged: progress.json has another checksum than what was written",
        "student_alone=false");
    Files.delete(progress);
    assertUserError("is damaged: progress.json is missing", "student_alone=false");
    Files.writeString(progress.resolveSibling("manifest.json"), "{}");
    assertUserError(
        "is damaged: its manifest does not know arrays.npz (format 0)", "student_alone=false");
    Files.writeString(progress.resolveSibling("manifest.json"), "{");
    assertUserError("is damaged: manifest.json is not what was written: ", "student_alone=false");
    Files.delete(progress.resolveSibling("manifest.json"));
    assertUserError("is damaged: manifest.json is missing", "student_alone=false");
  }

  @Test
  void secondJob_isRefused() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Files.writeString(
        dir.resolve("out/.lock"),
        """
        {"host": "far-away", "pid": 17, "application": "app-1", "token": "x"}""");
    assertUserError(
        "'output.dir' is \""
            + dir.resolve("out")
            + "\", to which another job writes: app-1, process 17 on far-away; its last sign of life is");
    assertThat(dir.resolve("out/.lock")).exists();
  }

  @Test
  void lockThatIsJustWritten_isRespected() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Files.writeString(dir.resolve("out/.lock"), "");
    assertUserError(", to which another job writes: an unknown application, process 0");
  }

  @Test
  void folderThatCannotBeWritten_isToldSo() throws IOException {
    Files.writeString(dir.resolve("file"), "");
    assertUserError(
        "'output.dir' is \"" + dir.resolve("file/out") + "\", which cannot be",
        "output.dir=" + dir.resolve("file/out"));
  }

  @Test
  void lockOfAJobThatDiedHere_isTaken() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Files.writeString(
        dir.resolve("out/.lock"),
        """
        {"host": "%s", "pid": 4194305, "application": "app-1", "token": "x"}"""
            .formatted(java.net.InetAddress.getLocalHost().getHostName()));
    run(false, () -> false, "repeats=1", "student_alone=false", "schedule.epochs=1");
    assertThat(dir.resolve("out/student.zip")).exists();
  }

  @Test
  void lockWithoutASignOfLife_isTaken() throws IOException {
    Files.createDirectories(dir.resolve("out"));
    Path lock =
        Files.writeString(
            dir.resolve("out/.lock"),
            """
            {"host": "far-away", "pid": 17, "application": "app-1", "token": "x"}""");
    Files.setLastModifiedTime(
        lock, java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 61_000));
    run(false, () -> false, "repeats=1", "student_alone=false", "schedule.epochs=1");
    assertThat(dir.resolve("out/student.zip")).exists();
  }
}
