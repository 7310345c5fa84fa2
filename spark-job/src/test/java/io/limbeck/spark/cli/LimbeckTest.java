package io.limbeck.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.job.OnnxMlp;
import io.limbeck.spark.job.TinyExperiment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimbeckTest {
  @TempDir Path dir;
  private TinyExperiment tiny;
  private String config;
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    TestSpark.session();
    tiny = new TinyExperiment(dir);
    config = tiny.file().toString();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String onnx(int classes) {
    ComputationGraph teacher = ModelFile.read(TinyExperiment.teacher(classes), "teacher");
    return tiny.write("teacher.onnx", OnnxMlp.of(teacher)).toString();
  }

  @Test
  void describe_onnx_printsItsValuesAndNoParameters() {
    assertThat(Limbeck.execute("describe", onnx(3))).isZero();
    assertThat(printed())
        .containsPattern("hidden +Gemm +\\[12]")
        .containsPattern("scores +Gemm +\\[3]")
        .contains("819 parameters");
  }

  /** Four filters of 3 x 3 over images of 8 x 8 with a stride of 2, flattened; 3 classes. */
  private String keras() throws IOException {
    return tiny.write(
            "teacher.h5", getClass().getResourceAsStream("/keras-teacher.h5").readAllBytes())
        .toString();
  }

  @Test
  void describe_keras_printsItsLayersChannelsFirst() throws IOException {
    assertThat(Limbeck.execute("describe", keras())).isZero();
    assertThat(printed())
        .containsPattern("conv +Convolution +\\[4x4x4] +.*conv/W \\[4x1x3x3]")
        .containsPattern("scores +Dense +\\[3] +.*scores/W \\[64x3]");
  }

  @Test
  void run_kerasTeacher_teaches() throws IOException {
    assertThat(
            Limbeck.execute(
                "run",
                config,
                "--set=algorithm.teacher={type: ModelFile, path: \"" + keras() + "\"}",
                "--set=algorithm.teacher_ckpt=null",
                "--set=algorithm.distiller.teacher_recorders.fc.source=scores",
                "--set=repeats=1",
                "--set=schedule.epochs=1"))
        .isZero();
    assertThat(printed()).containsPattern("teacher: test accuracy \\d+\\.\\d\\d %");
  }

  @Test
  void evaluate_onnx_saysWhatTheSameNetworkOfDl4jDoes() {
    String onnx = onnx(3);
    String zip = dir.resolve("teacher.zip").toString();
    assertThat(Limbeck.execute("evaluate", onnx, "--config", config)).isZero();
    assertThat(Limbeck.execute("evaluate", zip, "--config", config)).isZero();
    String[] lines = printed().replace(onnx, "MODEL").replace(zip, "MODEL").split("\n");
    assertThat(lines).hasSize(8);
    assertThat(List.of(lines).subList(0, 4)).isEqualTo(List.of(lines).subList(4, 8));
  }

  @Test
  void evaluate_onnxOfOtherClasses_saysSo() {
    String onnx = onnx(7);
    assertThat(Limbeck.execute("evaluate", onnx, "--config", config)).isEqualTo(2);
    assertThat(complained())
        .contains(
            "Model file "
                + onnx
                + " puts out no scores of 3 classes, 'data.num_classes', so it cannot be evaluated");
  }

  @Test
  void help_namesEveryCommand() {
    assertThat(Limbeck.execute("--help")).isZero();
    assertThat(printed())
        .contains(
            "run ",
            "validate ",
            "describe ",
            "evaluate ",
            "visualize ",
            "export ",
            "schema ",
            "Exit codes: 0 done, 2 a mistake");
    for (String command :
        new String[] {
          "run",
          "validate",
          "submit-args",
          "describe",
          "evaluate",
          "visualize",
          "export",
          "pack",
          "schema"
        }) {
      assertThat(Limbeck.execute(command, "--help")).as(command).isZero();
    }
  }

  @Test
  void mistakeInTheCommandLine_isToldWithoutTheWholeHelp() {
    assertThat(Limbeck.execute("run", "--epochs", "3", config)).isEqualTo(2);
    assertThat(complained())
        .contains("error: Unknown option: '--epochs'")
        .contains("'limbeck run --help' says what there is");
    assertThat(Limbeck.execute("rum")).isEqualTo(2);
    assertThat(complained())
        .contains("error: Unmatched argument at index 0: 'rum'", "Did you mean: limbeck run");
    assertThat(Limbeck.execute("submit-args", config, "--manager", "mesos")).isEqualTo(2);
    assertThat(complained())
        .contains("error: Invalid value for option '--manager'", "STANDALONE, YARN, KUBERNETES")
        .doesNotContain("Usage:");
    assertThat(Limbeck.execute()).isEqualTo(2);
    assertThat(complained()).contains("Usage: limbeck");
  }

  @Test
  void validate_printsThePlan_andTouchesNothing() {
    assertThat(Limbeck.execute("validate", config)).isZero();
    assertThat(printed())
        .contains(
            "tiny: nothing wrong found",
            "native path   oneDNN",
            "preds_S = ModuleOutputs 'head.fc' of the student",
            "2 partitions, every 2");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void submitArgs_areThoseOfSparkSubmit_orAFileOfIts() {
    assertThat(Limbeck.execute("submit-args", config, "--executors=3", "--cores=4")).isZero();
    assertThat(printed().lines())
        .contains("--conf spark.executor.instances=3 \\", "--conf spark.executor.cores=4 \\")
        .allMatch(line -> line.matches("--conf ('.+=.+'|\\S+=\\S+) \\\\"));
    out.reset();
    assertThat(Limbeck.execute("submit-args", config, "--format=properties")).isZero();
    assertThat(printed().lines())
        .anyMatch(line -> line.matches("spark.executor.memory +\\d+m"))
        .allMatch(line -> line.matches("spark\\.\\S+ +\\S.*"));
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void submitArgs_ofAManager_withGpus() {
    assertThat(
            Limbeck.execute(
                "submit-args",
                config,
                "--manager=yarn",
                "--deploy-mode=cluster",
                "--gpus=1",
                "--format=properties"))
        .isZero();
    assertThat(printed().lines())
        .anyMatch(line -> line.matches("spark.executor.resource.gpu.amount +1"))
        .anyMatch(line -> line.matches("spark.limbeck.task.resource.gpu.amount +1"))
        .anyMatch(line -> line.matches("spark.driver.resource.gpu.amount +1"))
        .noneMatch(line -> line.startsWith("spark.kubernetes"));
  }

  @Test
  void submitArgs_ofWhatThereIsNot_areMistakes() {
    assertThat(Limbeck.execute("submit-args", config, "--gpus=-1")).isEqualTo(2);
    assertThat(complained()).contains("error: '--gpus' is -1, but must be at least 0");
    assertThat(Limbeck.execute("submit-args", config, "--manager=mesos")).isEqualTo(2);
    assertThat(complained()).contains("'--manager'", "STANDALONE", "YARN", "KUBERNETES", "'mesos'");
  }

  @Test
  void submitArgs_noExecutors_isAMistake() {
    assertThat(Limbeck.execute("submit-args", config, "--executors=0")).isEqualTo(2);
    assertThat(complained()).contains("error: '--executors' is 0, but must be at least 1");
  }

  @Test
  void validate_mistakes_areAllTold_withoutStackTrace() {
    assertThat(
            Limbeck.execute(
                "validate", config, "--set", "schedule.epochs=0", "--set", "data.num_clases=3"))
        .isEqualTo(2);
    assertThat(complained())
        .contains("error: 'schedule.epochs' is 0 but must be >= 1")
        .contains("error: 'data.num_clases' is not a key of 'data', did you mean 'num_classes'?")
        .doesNotContain("at io.limbeck")
        .doesNotContain("Exception");
  }

  @Test
  void validate_labelOutOfRange_inTheSample() throws IOException {
    byte[] labels = Files.readAllBytes(dir.resolve("test-labels"));
    labels[8 + 4] = 7;
    Files.write(dir.resolve("test-labels"), labels);
    assertThat(Limbeck.execute("validate", config)).isEqualTo(2);
    assertThat(complained())
        .contains(
            "error: 'data.test': Example 4 has label 7, but with 'data.num_classes' = 3 labels run from 0 to 2");
  }

  @Test
  void run_thenEvaluateDescribeExport() throws IOException {
    assertThat(Limbeck.execute("run", config, "--set", "repeats=1")).isZero();
    String student = dir.resolve("out/student.zip").toString();
    assertThat(Limbeck.execute("describe", student)).isZero();
    assertThat(printed())
        .containsPattern(
            "backbone.layer0.conv +Convolution +\\[3x8x8\\] .*backbone.layer0.conv/W \\[3x1x3x3\\]")
        .containsPattern("head.fc +Dense +\\[3\\] .*head.fc/W \\[8x3\\]")
        .containsPattern("head.loss_module +inputs only +\\[logits, labels\\]")
        .containsPattern("\"\" +inputs only +\\[features, data samples\\]");
    assertThat(Limbeck.execute("evaluate", student, "--config", config)).isZero();
    assertThat(printed())
        .containsPattern(
            "student.zip on 30 test examples: accuracy \\d+\\.\\d\\d %, cross-entropy");
    String exported = dir.resolve("exported.zip").toString();
    assertThat(Limbeck.execute("export", dir.resolve("out").toString(), exported)).isZero();
    assertThat(Path.of(exported)).hasSameBinaryContentAs(Path.of(student));
    assertThat(
            Limbeck.execute(
                "export",
                dir.resolve("out").toString(),
                exported,
                "--seed",
                "1",
                "--epoch",
                "last"))
        .isZero();
    assertThat(Path.of(exported))
        .hasSameBinaryContentAs(dir.resolve("out/models/distilled-seed-1-last.zip"));
    assertThat(Limbeck.execute("export", dir.resolve("out").toString(), exported, "--seed", "9"))
        .isEqualTo(2);
    assertThat(complained()).contains("models/distilled-seed-9-best.zip\", which does not exist");
    Files.delete(dir.resolve("out/report.json"));
    assertThat(Limbeck.execute("export", dir.resolve("out").toString(), exported)).isEqualTo(2);
    assertThat(complained())
        .contains(
            "whose training is not over: --seed N exports the best that a seed has come to so far");
  }

  @Test
  void run_severalConfigs_allReadFirst() {
    assertThat(Limbeck.execute("run", config, dir.resolve("missing.json").toString())).isEqualTo(2);
    assertThat(complained())
        .contains("error: Config file " + dir.resolve("missing.json") + " does not exist");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void run_severalConfigs_inOrder() throws IOException {
    Path teacher =
        Files.writeString(
            dir.resolve("teacher.json"),
            """
            { "base": "tiny.json", "name": "teacher", "repeats": 1, "student_alone": false,
              "algorithm": { "type": "Supervised", "architecture": { "type": "Mlp", "hidden": [12] } },
              "output": { "dir": "%s" } }
            """
                .formatted(dir.resolve("teacher-out")));
    Path student =
        Files.writeString(
            dir.resolve("student.json"),
            """
            { "base": "tiny.json", "repeats": 1,
              "algorithm": { "teacher_ckpt": "%s" } }
            """
                .formatted(dir.resolve("teacher-out/model.zip")));
    assertThat(Limbeck.execute("run", teacher.toString(), student.toString()))
        .as(complained())
        .isZero();
    assertThat(dir.resolve("out/student.zip")).exists();
  }

  @Test
  void describe_withoutShape_asksForIt() throws IOException {
    assertThat(Limbeck.execute("describe", dir.resolve("no.zip").toString())).isEqualTo(2);
    assertThat(complained())
        .contains("'MODEL' is \"" + dir.resolve("no.zip") + "\", which does not exist");
  }

  @Test
  void schema_isThePublishedOne() throws IOException {
    assertThat(Limbeck.execute("schema")).isZero();
    assertThat(printed().strip())
        .as("configs/schema.json is out of date: deploy/local/limbeck schema > configs/schema.json")
        .isEqualTo(Files.readString(Path.of("../configs/schema.json")).strip());
  }

  @Test
  void configReference_isThePublishedOne() throws IOException {
    assertThat(Limbeck.execute("schema", "--markdown")).isZero();
    assertThat(printed().strip())
        .as(
            "docs/config.md is out of date: deploy/local/limbeck schema --markdown > docs/config.md")
        .isEqualTo(Files.readString(Path.of("../docs/config.md")).strip());
  }

  @Test
  void configReference_everyLinkLeadsToAHeading() throws IOException {
    String page = Files.readString(Path.of("../docs/config.md"));
    List<String> headings =
        page.lines()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
            .toList();
    List<String> links =
        Pattern.compile("]\\(#(\\S+)\\)( |$)")
            .matcher(page)
            .results()
            .map(link -> link.group(1))
            .distinct()
            .toList();
    assertThat(links).hasSizeGreaterThan(10).isSubsetOf(headings);
  }
}
