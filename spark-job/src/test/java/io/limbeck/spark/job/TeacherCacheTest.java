package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherCacheTest {
  private static final String[] SHORT = {"student_alone=false", "repeats=1", "schedule.epochs=4"};
  private static final String VIEWS = "data.augment=[{type: RandomFlip, probability: 0.5}]";

  @TempDir Path dir;
  private TinyExperiment tiny;
  private int runs;

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  private String cache(String more) {
    return "teacher_cache={path: " + dir.resolve("cache") + more + "}";
  }

  /** Runs, and gives what was printed. */
  private String run(String... overrides) {
    List<String> all = new ArrayList<>(List.of(SHORT));
    all.addAll(List.of(overrides));
    runs++;
    all.add("output.dir=" + dir.resolve("out" + runs));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(out))
        .run(tiny.config(all.toArray(String[]::new)));
    return printed.toString(StandardCharsets.UTF_8);
  }

  private byte[] student(int run) throws IOException {
    return Files.readAllBytes(dir.resolve("out" + run + "/student.zip"));
  }

  private List<Double> teacherShares(int run) {
    List<Double> shares = new ArrayList<>();
    tiny.output("out" + run + "/report.json")
        .at("/distilled/runs/0/epochs")
        .forEach(epoch -> shares.add(epoch.get("teacher_share").asDouble()));
    return shares;
  }

  private Path onlyFolder() throws IOException {
    try (Stream<Path> folders = Files.list(dir.resolve("cache"))) {
      List<Path> all = folders.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private void assertUserError(String message, String... overrides) {
    assertThatThrownBy(() -> run(overrides))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void cached_isTheSameToTheBit_whenFilledAndWhenRead() throws IOException {
    run();
    assertThat(run(cache("")))
        .contains("teacher cache: empty, filled in the first pass, 0 of 1 view of 60 examples");
    assertThat(run(cache(""))).contains("teacher cache: complete, 1 of 1 view of 60 examples");
    assertThat(student(2)).isEqualTo(student(1));
    assertThat(student(3)).isEqualTo(student(1));
    assertThat(teacherShares(1)).allMatch(share -> share > 0);
    // Steps do no more than look up: no teacher runs in them, filled or read.
    assertThat(teacherShares(3).get(3)).isLessThan(teacherShares(1).get(3));
    assertThat(onlyFolder().resolve("view=0/_SUCCESS")).exists();
    assertThat(Files.readString(onlyFolder().resolve("cache.json")))
        .contains("\"head.fc\" : [ 3 ]", "\"precision\" : \"single\"", "\"examples\" : 60");
  }

  /**
   * A teacher whose products are large enough to round otherwise for a last, smaller mini-batch.
   */
  @Test
  void lastMiniBatches_makeNoDifference() throws IOException {
    var wide =
        new io.limbeck.dl4j.zoo.Architectures(
                org.deeplearning4j.nn.conf.inputs.InputType.convolutional(8, 8, 1),
                3,
                5,
                org.nd4j.linalg.api.buffer.DataType.FLOAT)
            .mlp(new io.limbeck.core.config.ArchitectureConfig.Mlp(List.of(2000), null));
    tiny.write("teacher.zip", ModelFile.write(io.limbeck.dl4j.graph.Networks.fresh(wide), 1, 8, 8));
    String teacher = "algorithm.teacher={type: Mlp, hidden: [2000]}";
    String batch = "schedule.batch_size=16";
    run(teacher, batch);
    run(teacher, batch, cache(""));
    assertThat(student(2)).isEqualTo(student(1));
  }

  /** The input is not among what the teacher puts out, but recorders see it. */
  @Test
  void recordersOfTheTeachersInput_seeIt() throws IOException {
    String recorder =
        "algorithm.distiller.teacher_recorders.in={type: ModuleInputs, source: backbone.layer0.fc}";
    String loss =
        "algorithm.distiller.distill_losses.loss_rkd={type: DistanceWiseRKD, loss_weight: 0.5}";
    String mapping =
        "algorithm.distiller.loss_forward_mappings.loss_rkd={preds_S: {from_student: true, recorder: fc},"
            + " preds_T: {from_student: false, recorder: in, data_idx: 0}}";
    run(recorder, loss, mapping);
    run(recorder, loss, mapping, cache(""));
    run(recorder, loss, mapping, cache(""));
    assertThat(student(2)).isEqualTo(student(1));
    assertThat(student(3)).isEqualTo(student(1));
  }

  @Test
  void views_ofAugmentedExamples_areTheSameToTheBit() throws IOException {
    run(VIEWS, "data.views=3");
    run(VIEWS, "data.views=3", cache(""));
    assertThat(run(VIEWS, "data.views=3", cache("")))
        .contains("teacher cache: complete, 3 of 3 views of 60 examples");
    assertThat(student(2)).isEqualTo(student(1));
    assertThat(student(3)).isEqualTo(student(1));
    run(VIEWS);
    assertThat(student(4)).isNotEqualTo(student(1));
  }

  @Test
  void otherStudentsSeedsAndPartitions_shareIt() throws IOException {
    run(cache(""));
    String others = "algorithm.architecture={type: Mlp, hidden: [5]}";
    assertThat(run(others, "averaging.workers=3", "seed=9", cache("")))
        .contains("teacher cache: complete");
    run(others, "averaging.workers=3", "seed=9");
    assertThat(student(2)).isEqualTo(student(3));
    onlyFolder();
  }

  @Test
  void partial_isFilledUp() throws IOException {
    run(VIEWS, "data.views=1", cache(""));
    assertThat(run(VIEWS, "data.views=4", cache("")))
        .contains("teacher cache: partial, the rest is filled, 1 of 4 views");
    run(VIEWS, "data.views=4");
    assertThat(student(2)).isEqualTo(student(3));
    // A job that died while it wrote a view leaves a hidden folder, which is no view.
    Path view = onlyFolder().resolve("view=2");
    Files.move(view, onlyFolder().resolve(".view=2.died"));
    assertThat(run(VIEWS, "data.views=4", cache(""))).contains("3 of 4 views");
    assertThat(view.resolve("_SUCCESS")).exists();
    assertThat(student(4)).isEqualTo(student(3));
  }

  @Test
  void ofAnotherTeacher_isNotTouched() throws IOException {
    run(cache(""));
    var network = ModelFile.read(TinyExperiment.teacher(3), "teacher");
    network.params().muli(2);
    tiny.write("teacher.zip", ModelFile.write(network, 1, 8, 8));
    assertThat(run(cache("")))
        .contains("teacher cache: empty", "; 1 beside it belong to other teachers, recorders,");
    run();
    assertThat(student(2)).isEqualTo(student(3)).isNotEqualTo(student(1));
  }

  @Test
  void changedDataOfTheSameSize_areNoticed() {
    run(cache(""));
    io.limbeck.spark.TestData.idx(dir, "train", 60, 77);
    assertThat(run(cache(""))).contains("teacher cache: empty", "; 1 beside it");
  }

  @Test
  void half_isNearlyTheSame() throws IOException {
    run();
    run(cache(", precision: half"));
    run(cache(", precision: half"));
    assertThat(student(2)).isNotEqualTo(student(1)).isEqualTo(student(3));
    double whole =
        tiny.output("out1/report.json")
            .at("/distilled/runs/0/epochs/3/losses/distill.loss_kl")
            .asDouble();
    double half =
        tiny.output("out2/report.json")
            .at("/distilled/runs/0/epochs/3/losses/distill.loss_kl")
            .asDouble();
    assertThat(half).isCloseTo(whole, org.assertj.core.data.Percentage.withPercentage(1));
  }

  @Test
  void tooLarge_isRefusedBeforeTraining() {
    assertUserError(
        "'teacher_cache.max_gib' is 1.0E-6, but the cache in "
            + dir.resolve("cache")
            + " would take about 0.000 GiB: 0.000 are there, 1 of 1 views of 60 examples are missing with 20 bytes each."
            + " Record less of the teacher, ",
        cache(", max_gib: 1.0e-6"));
    assertThat(dir.resolve("cache")).doesNotExist();
  }

  @Test
  void folderThatCannotBeWritten_isToldBeforeTraining() {
    Path file = tiny.write("file", new byte[0]);
    assertUserError(
        "'teacher_cache.path' is \"" + file + "\", which cannot be written: " + file + "/",
        "teacher_cache={path: " + file + "}");
    assertThat(dir.resolve("out1/models")).doesNotExist();
  }

  @Test
  void damaged_isToldWithTheFolder() throws IOException {
    run(cache(""));
    Path view = onlyFolder().resolve("view=0");
    try (Stream<Path> files = Files.list(view)) {
      Path part =
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
      byte[] whole = Files.readAllBytes(part);
      Files.write(part, java.util.Arrays.copyOf(whole, whole.length / 2));
    }
    assertUserError("'teacher_cache.path': " + view + " is damaged: ", cache(""));
    try (Stream<Path> files = Files.list(view)) {
      Files.delete(
          files.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow());
    }
    assertUserError(" is damaged: it has 30 rows for 60 examples. Delete that folder", cache(""));
  }

  @Test
  void whatCannotBeCached_isRefused() {
    assertUserError(
        "'teacher_cache' needs a finite number of views of each example, but 'data.augment' makes a new one in every epoch:"
            + " set 'data.views', for example to 16",
        VIEWS,
        cache(""));
    assertUserError(
        "but 'data.batch_augments' mixes those of a mini-batch: leave out one of the two",
        "data.batch_augments=[{type: Mixup, alpha: 0.2}]",
        cache(""));
    assertUserError(
        "'teacher_cache' keeps what one frozen teacher puts out for training examples, but 'algorithm.type' Supervised has none",
        "algorithm={type: Supervised, architecture: {type: Mlp, hidden: [5]}}",
        cache(""));
    assertUserError(
        "'teacher_cache' keeps what the teacher's modules put out, but 'algorithm.distiller' watches or delivers calls of"
            + " methods while it runs: leave out one of the two",
        "algorithm.distiller.teacher_recorders.calls={type: FunctionOutputs, source: 'io.limbeck.spark.data.Seeds#derive'}",
        cache(""));
  }
}
