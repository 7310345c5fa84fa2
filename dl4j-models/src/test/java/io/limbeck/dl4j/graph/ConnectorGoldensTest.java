package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.dl4j.Goldens;
import io.limbeck.dl4j.connector.Branch;
import io.limbeck.dl4j.connector.GraphConnector;
import io.limbeck.dl4j.shape.InputTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What connectors put out, against PyTorch, from their blocks in a config. */
class ConnectorGoldensTest {
  @TempDir Path dir;

  static Stream<Named<JsonNode>> cases() {
    return Goldens.of("/connectors.json").cases().stream()
        .map(each -> Named.of(each.get("name").asText(), each));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputs_matchPyTorch(JsonNode golden) throws IOException {
    List<INDArray> inputs = Goldens.arrays(golden.get("inputs"));
    Map<String, INDArray> parameters = Goldens.named(golden.get("parameters"));
    List<INDArray> expected = Goldens.arrays(golden.get("outputs"));

    GraphConnector connector = read(golden.get("connector"));
    List<List<Long>> shapes = inputs.stream().map(ConnectorGoldensTest::exampleShape).toList();
    assertThat(connector.outputs(shapes))
        .isEqualTo(expected.stream().map(ConnectorGoldensTest::exampleShape).toList());
    List<INDArray> outputs = run(connector, inputs, parameters);
    assertThat(outputs).hasSameSizeAs(expected);
    for (int i = 0; i < outputs.size(); i++) {
      assertThat(outputs.get(i).shape()).containsExactly(expected.get(i).shape());
      double scale = expected.get(i).amaxNumber().doubleValue();
      assertThat(outputs.get(i).sub(expected.get(i)).amaxNumber().doubleValue())
          .as("output %d", i)
          .isCloseTo(0, within(1e-9 * scale + 1e-300));
    }
  }

  /** The block, in a config. */
  private GraphConnector read(JsonNode block) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("experiment.yaml"),
            """
            name: golden
            algorithm:
              type: SingleTeacherDistill
              architecture: { type: Mlp, hidden: [8] }
              teacher: { type: Mlp, hidden: [8] }
              teacher_ckpt: teacher.zip
              distiller:
                type: ConfigurableDistiller
                student_recorders: { fc: { type: ModuleOutputs, source: head.fc } }
                teacher_recorders: { fc: { type: ModuleOutputs, source: head.fc } }
                connectors: { tried: %s }
                distill_losses: { loss_kl: { type: KLDivergence } }
                loss_forward_mappings:
                  loss_kl:
                    preds_S: { from_student: true, recorder: fc }
                    preds_T: { from_student: false, recorder: fc }
            data:
              num_classes: 3
              train: { format: csv, path: a.csv, label: class }
            output: { dir: out }
            """
                .formatted(block));
    SingleTeacherDistill algorithm =
        (SingleTeacherDistill) new ConfigReader().read(file, List.of()).algorithm();
    ConnectorChain chain = algorithm.distiller().connectors().get("tried");
    Connector only = chain.connectors().get(0);
    return (GraphConnector) only;
  }

  private static List<INDArray> run(
      GraphConnector connector, List<INDArray> inputs, Map<String, INDArray> parameters) {
    List<String> names =
        IntStream.range(0, inputs.size()).mapToObj(i -> i == 0 ? "in" : "in" + i).toList();
    ComputationGraphConfiguration conf = new ComputationGraphConfiguration();
    conf.setDefaultConfiguration(
        new NeuralNetConfiguration.Builder().dataType(DataType.DOUBLE).build());
    conf.setDataType(DataType.DOUBLE);
    conf.setNetworkInputs(names);
    Map<String, InputType> types = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      types.put(names.get(i), InputTypes.of(exampleShape(inputs.get(i))));
    }
    Branch branch = new Branch(conf, "", 1, types, parameters::get);
    List<String> outputs = connector.build(branch, names);
    conf.setNetworkOutputs(outputs.stream().distinct().toList());
    ComputationGraph network = Networks.fresh(conf);
    Map<String, INDArray> own = new HashMap<>(parameters);
    own.keySet().removeIf(name -> name.startsWith("in/"));
    Goldens.assign(network, "", own);
    Map<String, INDArray> all = network.feedForward(inputs.toArray(INDArray[]::new), true);
    return outputs.stream().map(all::get).toList();
  }

  private static List<Long> exampleShape(INDArray array) {
    return IntStream.range(1, array.rank()).mapToObj(array::size).toList();
  }
}
