package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ArrayFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.TestText;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A text encoder from an ONNX file gets a head, and teaches a small network by it. */
class TextDistillTest {
  private static final int LENGTH = 6;

  private static final String CONFIG =
      """
      name: text
      seed: 1
      algorithm:
        type: MultiStage
        stages:
          head:
            algorithm:
              type: SingleTeacherDistill
              architecture: {type: TextCnn, vocabulary: 10, embedding: 4, widths: [1, 2], channels: 4}
              teacher: {type: OnnxFile, path: DIR/encoder.onnx, token_means: {sentence: last_hidden_state}}
              student_trainable: false
              calculate_student_loss: false
              distiller:
                type: ConfigurableDistiller
                student_recorders:
                  fc: {type: ModuleOutputs, source: head.fc}
                  loss: {type: ModuleInputs, source: head.loss_module}
                teacher_recorders: {sentence: {type: ModuleOutputs, source: sentence}}
                connectors:
                  head: {type: TorchNNConnector, module_name: Linear, module_args: {in_features: 3, out_features: 2}}
                distill_losses: {loss_labels: {type: LabelCrossEntropyLoss}}
                loss_forward_mappings:
                  loss_labels:
                    cls_score: {from_student: false, recorder: sentence, connector: head}
                    label: {from_student: true, recorder: loss, data_idx: 1}
            schedule: {epochs: 10}
            epoch: last
          student:
            base: head
            algorithm:
              init_cfg: {checkpoint: "stage:head"}
              teacher_head: {connector: head}
              student_trainable: true
              distiller:
                distill_losses: {loss_labels: null, loss_kl: {type: KLDivergence}}
                loss_forward_mappings:
                  loss_labels: null
                  loss_kl:
                    preds_S: {from_student: true, recorder: fc}
                    preds_T: {from_student: false, recorder: sentence, connector: head}
            epoch: best
      data:
        num_classes: 2
        tokenize: {tokenizer: DIR/tokenizer.json, length: 6}
        train: {format: json, path: DIR/train.jsonl, features: text}
        validation: {format: json, path: DIR/validation.jsonl, features: text}
        test: {format: json, path: DIR/test.jsonl, features: text}
      schedule: {epochs: 6, batch_size: 8, updater: {type: Adam, learning_rate: 0.05}}
      averaging: {workers: 2, frequency: 2}
      output: {dir: DIR/out}
      """;

  @TempDir private Path dir;

  @BeforeEach
  void write() throws IOException {
    TestText.write(dir.resolve("tokenizer.json"), TestText.tokenizer("null"));
    TestText.mails(dir.resolve("train.jsonl"), 60, 1);
    TestText.mails(dir.resolve("validation.jsonl"), 20, 2);
    TestText.mails(dir.resolve("test.jsonl"), 30, 3);
    Files.write(dir.resolve("encoder.onnx"), OnnxEncoder.bytes());
  }

  private ExperimentConfig config(String... overrides) {
    Path file = TestText.write(dir.resolve("text.yaml"), CONFIG.replace("DIR", dir.toString()));
    return new ConfigReader().read(file, List.of(overrides));
  }

  @Test
  void run_encoderWithAHead_teachesWhatItHasLearnt() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Report report =
        new Experiment(TestSpark.session(), Console.log(new PrintStream(out))).run(config());
    assertThat(report.teachers()).isNull();
    assertThat(report.teacher().test().accuracy())
        .isCloseTo(accuracyByHand("test.jsonl"), within(1e-12));
    assertThat(report.teacher().test().accuracy()).isGreaterThan(0.8);
    assertThat(report.distilled().test().accuracy().mean()).isGreaterThan(0.8);
    // Its student learnt nothing, and how good it is says nothing.
    assertThat(report.stages().get("head").test()).isNull();
  }

  /** Of the words' vectors the mean, times the weights that the first stage left, by columns. */
  private double accuracyByHand(String file) throws IOException {
    Path npz = dir.resolve("out/stages/head/seed-1/connectors.npz");
    Map<String, INDArray> head = ArrayFile.read(Files.readAllBytes(npz), "connectors.npz");
    INDArray weights = array(head, "/W");
    INDArray bias = array(head, "/b");
    int right = 0;
    List<String> lines = Files.readAllLines(dir.resolve(file));
    for (String line : lines) {
      JsonNode mail = new ObjectMapper().readTree(line);
      List<String> words = List.of(mail.get("text").asText().toLowerCase(Locale.ROOT).split(" "));
      double[] scores = new double[2];
      for (int k = 0; k < 2; k++) {
        scores[k] = bias.getDouble(k);
        for (int i = 0; i < OnnxEncoder.UNITS; i++) {
          double mean = 0;
          for (String word : words.subList(0, Math.min(LENGTH, words.size()))) {
            mean += OnnxEncoder.vector(TestText.WORDS.indexOf(word))[i];
          }
          mean /= Math.min(LENGTH, words.size());
          scores[k] += mean * weights.getDouble(k * OnnxEncoder.UNITS + i);
        }
      }
      right += (scores[1] > scores[0] ? 1 : 0) == mail.get("label").asInt() ? 1 : 0;
    }
    return right / (double) lines.size();
  }

  private static INDArray array(Map<String, INDArray> head, String end) {
    return head.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(end))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          algorithm.stages.student.algorithm.teacher_head.connector=heat | Stage 'student': 'algorithm.teacher_head.connector' is "heat", which is not a connector that a mapping names, did you mean 'head'? (known: head)
          algorithm.stages.student.algorithm.teacher_head.connector_idx=1 | Stage 'student': 'algorithm.teacher_head.connector_idx' is 1 but connector 'head' has 1 output, so it must be from 0 to 0
          algorithm.stages.student.algorithm.init_cfg=null | Stage 'student': 'algorithm.teacher_head.connector' is "head", which has not learnt yet: name the output folder of the experiment that trained it in 'algorithm.init_cfg.checkpoint', or leave the head out
          algorithm.stages.head.algorithm.architecture.vocabulary=7 | stage head (1 of 2): 'algorithm.architecture.vocabulary' is 7, so tokens run from 0 to 6, but those of 'data.train' run from 0 to 9
          data.tokenize.length=1 | Stage 'head': 'algorithm.architecture.widths' has 2, but the examples have only 1 tokens
          """)
  void check_whatDoesNotFit_isTold(String override, String message) {
    assertThatThrownBy(
            () ->
                new Experiment(
                        TestSpark.session(),
                        Console.log(new PrintStream(new ByteArrayOutputStream())))
                    .run(config(override.strip())))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
