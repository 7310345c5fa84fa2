package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestData;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher from an ONNX file teaches what the same network of DL4J's does. */
class OnnxTeacherTest {
  private static final String OUTPUTS = "algorithm.distiller.teacher_recorders.fc.source=";

  @TempDir private Path dir;
  private TinyExperiment tiny;

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
    tiny.write("teacher.onnx", OnnxMlp.of(teacher()));
  }

  private static ComputationGraph teacher() {
    return ModelFile.read(TinyExperiment.teacher(TestData.CLASSES), "teacher.zip");
  }

  private String[] onnx(String output, String... overrides) {
    List<String> all = new ArrayList<>();
    all.add("algorithm.teacher={type: OnnxFile, path: \"" + dir.resolve("teacher.onnx") + "\"}");
    all.add("algorithm.teacher_ckpt=null");
    all.add(OUTPUTS + output);
    all.addAll(List.of(overrides));
    return all.toArray(String[]::new);
  }

  private Report run(String... overrides) {
    return new Experiment(
            TestSpark.session(), Console.log(new PrintStream(new ByteArrayOutputStream())))
        .run(tiny.config(overrides));
  }

  private float[] student(String out) throws Exception {
    return ModelFile.read(Files.readAllBytes(dir.resolve(out).resolve("student.zip")), "student")
        .params()
        .toFloatVector();
  }

  private void assertMessage(String message, String... overrides) {
    assertThatThrownBy(() -> new Preparation(TestSpark.session()).prepare(tiny.config(overrides)))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void run_onnxTeacher_trainsTheStudentThatTheSameNetworkOfDl4jDoes() throws Exception {
    Report expected = run("output.dir=" + dir.resolve("dl4j"));
    Report actual = run(onnx("scores", "output.dir=" + dir.resolve("onnx")));
    assertThat(actual.teacher().test().accuracy()).isEqualTo(expected.teacher().test().accuracy());
    assertThat(actual.teacher().parameters()).isEqualTo(expected.teacher().parameters());
    assertThat(actual.teacher().modelBytes()).isEqualTo(Files.size(dir.resolve("teacher.onnx")));
    float[] ofDl4j = student("dl4j");
    float[] ofOnnx = student("onnx");
    assertThat(ofOnnx).hasSameSizeAs(ofDl4j);
    for (int i = 0; i < ofDl4j.length; i++) {
      assertThat(ofOnnx[i]).isCloseTo(ofDl4j[i], within(1e-4f));
    }
  }

  @Test
  void run_withACache_isTheSameToTheBit() throws Exception {
    run(onnx("scores", "output.dir=" + dir.resolve("plain")));
    run(
        onnx(
            "scores",
            "output.dir=" + dir.resolve("cached"),
            "teacher_cache={path: \"" + dir.resolve("cache") + "\"}"));
    assertThat(student("cached")).isEqualTo(student("plain"));
    assertThat(Files.list(dir.resolve("cache"))).isNotEmpty();
  }

  /** Of other classes than the data's, so nothing of it is scores. */
  @Test
  void run_teacherWithoutScores_isNotEvaluated() {
    tiny.write("teacher.onnx", OnnxMlp.of(ModelFile.read(TinyExperiment.teacher(7), "teacher")));
    Report report =
        run(
            onnx(
                "relu",
                "algorithm.distiller.distill_losses.loss_kl={type: PKTLoss}",
                "repeats=1",
                "schedule.epochs=1"));
    assertThat(report.teacher().test()).isNull();
    assertThat(report.gapRecovered()).isNull();
    assertThat(new String(report.toJson(), StandardCharsets.UTF_8)).contains("\"teacher\"");
  }

  @Test
  void teachers_onnxAmongOthers_areToldApartByName() {
    Report report =
        run(
            "algorithm={type: MultiTeacherDistill, architecture: {type: SmallCnn, channels: [3], hidden: 8},"
                + " teachers: {stock: {architecture: {type: ModelFile, path: \""
                + dir.resolve("teacher.zip")
                + "\"}}, exported: {architecture: {type: OnnxFile, path: \""
                + dir.resolve("teacher.onnx")
                + "\"}}}, distiller: {type: ConfigurableDistiller,"
                + " student_recorders: {fc: {type: ModuleOutputs, source: head.fc}},"
                + " teacher_recorders: {a: {type: ModuleOutputs, source: stock.head.fc}, b: {type: ModuleOutputs, source: exported.scores}},"
                + " distill_losses: {a: {type: KLDivergence}, b: {type: KLDivergence}}, loss_forward_mappings: {"
                + " a: {preds_S: {from_student: true, recorder: fc}, preds_T: {from_student: false, recorder: a}},"
                + " b: {preds_S: {from_student: true, recorder: fc}, preds_T: {from_student: false, recorder: b}}}}}",
            "repeats=1");
    assertThat(report.teachers()).containsOnlyKeys("stock", "exported");
    report
        .distilled()
        .runs()
        .get(0)
        .epochs()
        .forEach(
            epoch ->
                assertThat(epoch.losses().get("distill.b"))
                    .isCloseTo(epoch.losses().get("distill.a"), within(1e-5)));
  }

  @Test
  void student_onnxFile_cannotLearn() {
    assertMessage(
        "'algorithm.architecture' is an OnnxFile, which cannot learn: only a frozen teacher can be one",
        "algorithm.architecture={type: OnnxFile, path: \"" + dir.resolve("teacher.onnx") + "\"}");
  }

  @Test
  void teacherTrainable_onnxFile_cannotLearn() {
    assertMessage(
        "'algorithm.teacher' is an OnnxFile, which cannot learn: only a frozen teacher can be one",
        onnx("scores", "algorithm.teacher_trainable=true"));
  }

  @Test
  void teacherNormEval_onnxFile_isRefused() {
    assertMessage(
        "'algorithm.teacher_norm_eval' is false, but 'algorithm.teacher' is an OnnxFile, which runs as it was exported: leave it out",
        onnx("scores", "algorithm.teacher_norm_eval=false"));
  }

  @Test
  void teacherCkpt_onnxFile_isRefused() {
    assertMessage(
        "'algorithm.teacher_ckpt' names a file of weights, but 'algorithm.teacher' is an OnnxFile, which holds its own: leave it out",
        onnx("scores", "algorithm.teacher_ckpt=" + dir.resolve("teacher.zip")));
  }

  @Test
  void recorder_unknownValue_suggestsTheNearest() {
    assertMessage(
        "'algorithm.distiller.teacher_recorders.fc.source' is \"score\", which is not in the model, did you mean 'scores'? (known: flat, hidden, relu, scores)",
        onnx("score"));
  }

  /** Models that were read are kept, but not longer than their files. */
  @Test
  void file_writtenAnew_isReadAnew() {
    ModelFactory factory =
        new ModelFactory(
            new Storage(TestSpark.context().hadoopConfiguration()), new int[] {1, 8, 8}, 3);
    String file = dir.resolve("teacher.onnx").toString();
    assertThat(factory.classifier(file, "MODEL").outputs()).containsExactly("scores");
    assertThat(factory.classifier(file, "MODEL")).isSameAs(factory.classifier(file, "MODEL"));
    tiny.write("teacher.onnx", OnnxMlp.of(ModelFile.read(TinyExperiment.teacher(7), "teacher")));
    assertThatThrownBy(() -> factory.classifier(file, "MODEL"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Model file %s puts out no scores of 3 classes, 'data.num_classes', so it cannot be evaluated",
            file);
  }
}
