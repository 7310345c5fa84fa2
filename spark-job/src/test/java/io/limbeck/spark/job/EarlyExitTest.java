package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.evaluation.Evaluator;
import io.limbeck.spark.source.Part;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EarlyExitTest {
  @TempDir private Path dir;
  private TinyExperiment tiny;
  private Path file;

  /**
   * A network whose only exit before the last takes its neck, over a layer that a mapping names.
   */
  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
    String json =
        tiny.json()
            .replace("SingleTeacherDistill", "SelfDistill")
            .replaceFirst(
                "\"teacher\": .*\\n.*teacher_ckpt.*",
                "\"exits\": { \"early\": { \"connector\": \"exit\" } },")
            .replaceFirst("\"source\": \"head.fc\"", "\"source\": \"neck.fc\"")
            .replaceFirst(
                "\"distill_losses\"",
                """
                "connectors": {
                  "exit": [
                    { "type": "TorchNNConnector", "module_name": "ReLU" },
                    { "type": "TorchNNConnector", "module_name": "Linear",
                      "module_args": { "in_features": 8, "out_features": 3 } } ],
                  "two": { "type": "BYOTConnector", "in_channel": 3, "out_channel": 3, "expansion": 1,
                    "pool_size": 2, "num_classes": 3 },
                  "wide": { "type": "TorchNNConnector", "module_name": "Linear",
                    "module_args": { "in_features": 8, "out_features": 4 } } },
                "distill_losses\"""")
            .replace(
                "\"from_student\": true, \"recorder\": \"fc\"",
                "\"from_student\": true, \"recorder\": \"fc\", \"connector\": \"exit\"");
    file = tiny.write("exits.json", json.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode run(String... overrides) {
    List<String> all = new ArrayList<>(List.of("repeats=1", "student_alone=false"));
    all.addAll(List.of(overrides));
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(nowhere))
        .run(new ConfigReader().read(file, all));
    return tiny.output("out/report.json");
  }

  @Test
  void exit_isEvaluatedAndExported() throws Exception {
    JsonNode report = run();
    JsonNode exit = report.at("/others/early");
    Path model = dir.resolve("out/beside/early.zip");
    ComputationGraph read = ModelSerializer.restoreComputationGraph(model.toFile());
    assertThat(read.numParams()).isEqualTo(exit.at("/parameters").asLong());
    assertThat(read.getConfiguration().getVertices().keySet())
        .contains("neck.fc", "connectors.exit.1.linear")
        .doesNotContain("head.fc");
    assertThat(report.at("/distilled/runs/0/epochs/1/others/early/accuracy").isNumber()).isTrue();
    assertThat(accuracy(read)).isEqualTo(exit.at("/test/accuracy/mean").asDouble());
  }

  /** What a file's network does on the test part. */
  private double accuracy(ComputationGraph network) {
    ComputationGraphConfiguration logitsForm = LogitsForm.of(network.getConfiguration());
    ExampleSet examples =
        new DataLoader(
                TestSpark.session(), new ConfigReader().read(file, List.of()).data(), Map.of())
            .load(Part.TEST, new int[] {1, 8, 8}, 2)
            .orElseThrow();
    return new Evaluator(new JavaSparkContext(TestSpark.session().sparkContext()), 3)
        .score(
            FrozenNetwork.of(logitsForm, network, List.of(LogitsForm.logits(logitsForm))),
            examples,
            "exit")
        .accuracy();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          algorithm.exits.early.connector=exti | 'algorithm.exits.early.connector' is "exti", which is not a connector that a mapping names, did you mean 'exit'? (known: exit)
          algorithm.exits.early.connector=wide | 'algorithm.exits.early.connector' is "wide", which is not a connector that a mapping names
          algorithm.exits.early.connector_idx=1 | 'algorithm.exits.early.connector_idx' is 1 but connector 'exit' has 1 output, so it must be from 0 to 0
          algorithm.exits.a/b={connector: exit} | 'algorithm.exits': "a/b" cannot be the name of an exit, which becomes one of files: letters, digits, - and _
          """)
  void whatIsNoExit_isNamed(String override, String message) {
    assertThatThrownBy(() -> run(override))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void severalOutputs_onePicked() {
    String mapping =
        "algorithm.distiller.loss_forward_mappings.loss_kl.preds_S="
            + "{from_student: true, recorder: map, connector: two, connector_idx: 1}";
    String recorder =
        "algorithm.distiller.student_recorders.map={type: ModuleOutputs, source: backbone.layer0.pool}";
    assertThatThrownBy(() -> run(mapping, recorder, "algorithm.exits.early.connector=two"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.exits.early.connector_idx' is not given but connector 'two' has 2 outputs, so it must be from 0 to"
                + " 1");
    assertThatThrownBy(
            () ->
                run(mapping, recorder, "algorithm.exits.early={connector: two, connector_idx: 0}"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "'algorithm.exits.early' is output 0 of connector 'two', which has shape [")
        .hasMessageEndingWith("but logits of 3 classes are needed");
    assertThat(
            run(mapping, recorder, "algorithm.exits.early={connector: two, connector_idx: 1}")
                .at("/others/early/test/accuracy/mean")
                .isNumber())
        .isTrue();
  }
}
