package io.limbeck.dl4j.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.fusion.Fusion;
import io.limbeck.dl4j.fusion.Operation;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.SharedWeights;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Against DL4J's own layers. */
class CompiledNetworkTest {
  private static final InputType INPUT = InputType.convolutional(16, 12, 3);

  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
  }

  private static ComputationGraph network(String kind) {
    Architectures zoo = new Architectures(INPUT, 5, 7, DataType.FLOAT);
    ComputationGraphConfiguration conf =
        switch (kind) {
          case "resnet" -> zoo.cifarResNet(new CifarResNet(14, null));
          case "wide resnet" -> zoo.wideResNet(new WideResNet(10, 1, null));
          case "cnn" -> zoo.smallCnn(new SmallCnn(List.of(3, 4), 6, null));
          case "mobilenet" -> zoo.mobileNetV2(new MobileNetV2(0.25, null));
          default -> ofAUser();
        };
    ComputationGraph network = Networks.fresh(LogitsForm.of(conf));
    int seed = 0;
    for (Layer layer : network.getLayers()) {
      for (Map.Entry<String, INDArray> each : layer.paramTable(false).entrySet()) {
        if (layer.conf().getLayer() instanceof BatchNormalization || each.getKey().equals("b")) {
          INDArray random = Fixtures.random(seed++, each.getValue().shape());
          boolean positive = each.getKey().equals("var") || each.getKey().equals("gamma");
          each.getValue().assign(positive ? random.mul(0.5).add(1) : random);
        }
      }
    }
    return network;
  }

  /** What the zoo has not: "same" padding, dilation, activations inside, sums of other kinds. */
  private static ComputationGraphConfiguration ofAUser() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(DataType.FLOAT)
        .convolutionMode(ConvolutionMode.Same)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(INPUT)
        .addLayer("first", conv(5, 4).stride(2, 2).activation(Activation.RELU).build(), "input")
        .addLayer(
            "pool",
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(3, 3)
                .stride(2, 2)
                .build(),
            "first")
        .addLayer("left", conv(3, 3).dilation(2, 2).build(), "pool")
        .addLayer("drop", new DropoutLayer(0.5), "left")
        .addLayer("right", conv(1, 1).hasBias(false).build(), "pool")
        .addLayer(
            "bn",
            new BatchNormalization.Builder().lockGammaBeta(true).gamma(2).beta(0.5).build(),
            "right")
        // The later one adds itself to the earlier one, which is still wanted afterwards.
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn", "drop")
        .addVertex("twice", new ElementWiseVertex(ElementWiseVertex.Op.Add), "sum", "drop")
        .addLayer("own", conv(3, 3).build(), "twice")
        // It reads what it would write over.
        .addVertex("residual", new ElementWiseVertex(ElementWiseVertex.Op.Add), "own", "twice")
        .addVertex(
            "doubled", new ElementWiseVertex(ElementWiseVertex.Op.Add), "residual", "residual")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "doubled")
        .addLayer("linear", new ActivationLayer(Activation.IDENTITY), "relu")
        .addLayer(
            "hidden",
            new DenseLayer.Builder().nOut(7).activation(Activation.RELU).build(),
            "linear")
        .addLayer("rows", new BatchNormalization(), "hidden")
        .addLayer(
            "head.fc",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(5)
                .activation(Activation.SOFTMAX)
                .build(),
            "rows")
        .setOutputs("head.fc")
        .build();
  }

  private static ConvolutionLayer.Builder conv(int height, int width) {
    return new ConvolutionLayer.Builder(height, width).nOut(6).activation(Activation.IDENTITY);
  }

  private static INDArray features(int batch) {
    return Fixtures.random(batch, batch, 3, 16, 12).castTo(DataType.FLOAT);
  }

  private static TeacherGraph running(ComputationGraph network, List<String> taps) {
    FrozenNetwork frozen = FrozenNetwork.of(network.getConfiguration(), network, taps);
    return frozen.materialise(frozen.sharedWeights());
  }

  private static boolean isCompiled(ComputationGraph network) {
    return CompiledNetwork.of(network, new Weights()).isPresent();
  }

  private static List<String> order(ComputationGraph network) {
    return IntStream.of(network.topologicalSortOrder())
        .mapToObj(index -> network.getVertices()[index].getVertexName())
        .toList();
  }

  /** Everything that runs and can be recorded. */
  private static List<String> vertices(ComputationGraph network) {
    String loss = LogitsForm.loss(network.getConfiguration());
    return order(network).stream()
        .filter(name -> !name.equals("input") && !name.equals(loss))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet", "wide resnet", "cnn", "of a user"})
  void everyOutput_aloneAndWithOthers_equalsStock(String kind) {
    ComputationGraph network = network(kind);
    List<String> vertices = vertices(network);
    String logits = vertices.get(vertices.size() - 1);
    System.setProperty(CpuEngine.PROPERTY, "false");
    TeacherGraph stock = running(network, vertices);
    System.clearProperty(CpuEngine.PROPERTY);
    TeacherGraph all = running(network, vertices);
    TeacherGraph one = running(network, List.of(logits));
    for (int batch : new int[] {3, 1, 3, 5}) {
      INDArray features = features(batch);
      Map<String, INDArray> layers = stock.forward(features.dup());
      Map<String, INDArray> together = all.forward(features);
      assertThat(together.keySet()).isEqualTo(layers.keySet());
      layers.forEach((name, values) -> near(name, together.get(name), values));
      near(logits, one.forward(features).get(logits), layers.get(logits));
    }
    // Where nothing is recorded in between, operations are fewer than vertices.
    Map<String, INDArray> expected = stock.forward(features(2));
    for (String vertex : vertices) {
      Map<String, INDArray> both = running(network, List.of(vertex, logits)).forward(features(2));
      near(vertex, both.get(vertex), expected.get(vertex));
      near(logits, both.get(logits), expected.get(logits));
    }
  }

  private static void near(String name, INDArray value, INDArray expected) {
    assertThat(value.shape()).as(name).isEqualTo(expected.shape());
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(value.sub(expected).amaxNumber().doubleValue()).as(name).isLessThan(2e-5 * scale);
  }

  /** So that a change of the planner that compiles less is seen. */
  @Test
  void operations_areFewerThanVertices() {
    FrozenNetwork frozen =
        FrozenNetwork.of(
            network("resnet").getConfiguration(), network("resnet"), List.of("head.fc"));
    ComputationGraph network =
        Networks.blank(ComputationGraphConfiguration.fromJson(frozen.configuration()));
    List<Operation> operations =
        Fusion.frozen(network.getConfiguration(), order(network)).orElseThrow().operations();
    // 13 convolutions and 2 on the short cuts, with everything behind them; pooling, logits.
    assertThat(operations).hasSize(17);
    assertThat(operations).filteredOn(Operation.Convolve.class::isInstance).hasSize(15);
    assertThat(operations)
        .filteredOn(each -> each instanceof Operation.Convolve it && it.addend() != null)
        .hasSize(6);
  }

  @Test
  void otherParameters_otherOutputs() {
    ComputationGraph network = network("resnet");
    TeacherGraph graph = running(network, List.of("head.fc"));
    graph.forward(features(2));
    ComputationGraph other = network("resnet");
    other.params().muli(1.1);
    graph.setParameters(Networks.parameters(other));
    near(
        "head.fc",
        graph.forward(features(2)).get("head.fc"),
        running(other, List.of("head.fc")).forward(features(2)).get("head.fc"));
  }

  /** A ReLU of oneDNN's would make zeros of them. */
  @Test
  void weightsThatAreNotFinite_areSeenInWhatIsPutOut() {
    ComputationGraph network = network("resnet");
    float[] good = Networks.parameters(network);
    TeacherGraph graph = running(network, List.of("head.fc"));
    INDArray expected = graph.forward(features(2)).get("head.fc");
    float[] bad = good.clone();
    bad[3] = Float.NaN;
    graph.setParameters(bad);
    assertThat(graph.forward(features(2)).get("head.fc").sumNumber().doubleValue()).isNaN();
    graph.setParameters(good);
    assertThat(graph.forward(features(2)).get("head.fc")).isEqualTo(expected);
  }

  @Test
  void instancesThatShareWeights_putOutTheSame_atOnce() {
    ComputationGraph network = network("resnet");
    FrozenNetwork frozen =
        FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc"));
    SharedWeights shared = frozen.sharedWeights();
    INDArray expected = frozen.materialise(shared).forward(features(4)).get("head.fc");
    List<INDArray> outputs =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(i -> frozen.materialise(shared).forward(features(4)).get("head.fc"))
            .toList();
    assertThat(outputs).allMatch(expected::equals);
  }

  @Test
  void unknownVertices_orSwitchedOff_areLeftToDl4j() {
    assertThat(isCompiled(network("mobilenet"))).isFalse();
    ComputationGraph known = network("cnn");
    assertThat(Fusion.frozen(known.getConfiguration(), vertices(known))).isPresent();
    System.setProperty(CpuEngine.PROPERTY, "false");
    assertThat(isCompiled(known)).isFalse();
  }
}
