package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.network.LoadedTeacher;
import io.limbeck.dl4j.zoo.Architectures;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class TeacherGraphTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 3);
  private final INDArray features = Fixtures.random(1, 4, 3, 8, 8).castTo(DataType.FLOAT);

  private static ComputationGraph resNet() {
    return Networks.fresh(
        LogitsForm.of(
            new Architectures(INPUT, 5, 7, DataType.FLOAT).cifarResNet(new CifarResNet(8, null))));
  }

  private static TeacherGraph teacher(ComputationGraph network, String... taps) {
    FrozenNetwork frozen = FrozenNetwork.of(network.getConfiguration(), network, List.of(taps));
    return frozen.materialise(frozen.sharedWeights());
  }

  /**
   * DL4J's {@code feedForward(features, false)} is no measure here: its activation layers write
   * over their input, so that a vertex before a ReLU comes out after it.
   */
  @Test
  void forward_severalTaps_eachAsIfAlone() {
    ComputationGraph network = resNet();
    String[] taps = {"backbone.layer2.0.bn2", "backbone.bn1", "neck.gap", "head.fc"};
    Map<String, INDArray> recorded = teacher(network, taps).forward(features);
    assertThat(recorded.keySet())
        .containsExactly("input", "backbone.layer2.0.bn2", "backbone.bn1", "neck.gap", "head.fc");
    for (String tap : taps) {
      INDArray alone = teacher(network, tap).forward(features).get(tap);
      assertThat(recorded.get(tap).equalsWithEps(alone, 1e-6)).as(tap).isTrue();
    }
    assertThat(recorded.get("backbone.bn1").minNumber().doubleValue()).isNegative();
    INDArray whole = network.outputSingle(features);
    INDArray probabilities =
        org.nd4j.linalg.ops.transforms.Transforms.softmax(recorded.get("head.fc"));
    assertThat(probabilities.equalsWithEps(whole, 1e-6)).isTrue();
  }

  /** An executor would have all teachers twice, once of them on its heap. */
  @Test
  void load_letsTheVectorOnTheHeapGo() {
    ComputationGraph network = resNet();
    FrozenNetwork frozen =
        FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc"));
    WeakReference<float[]> vector = new WeakReference<>(frozen.parameters());
    LoadedTeacher loaded = frozen.load();
    frozen = null;
    for (int i = 0; i < 50 && vector.get() != null; i++) {
      System.gc();
    }
    assertThat(vector.get()).isNull();
    assertThat(loaded.instance().forward(features)).containsKey("head.fc");
  }

  @Test
  void truncate_stopsAtDeepestTap() {
    ComputationGraphConfiguration conf =
        TeacherGraph.truncate(
            resNet().getConfiguration(), List.of("backbone.layer1.0.relu#1", "backbone.bn1"));
    assertThat(conf.getVertices().keySet())
        .contains("backbone.layer1.0.relu#1", "backbone.conv1")
        .noneMatch(vertex -> vertex.startsWith("backbone.layer2") || vertex.startsWith("head"));
    assertThat(conf.getNetworkOutputs())
        .containsExactly("backbone.layer1.0.relu#1", "backbone.bn1.tap");
  }

  @Test
  void forward_dropoutIsOff() {
    ComputationGraphConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(6))
            .addLayer("hidden", new DenseLayer.Builder().nOut(20).dropOut(0.5).build(), "in")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(3)
                    .build(),
                "hidden")
            .setOutputs("out")
            .build();
    TeacherGraph teacher = teacher(Networks.fresh(LogitsForm.of(conf)), "out");
    INDArray input = Fixtures.random(2, 5, 6).castTo(DataType.FLOAT);
    INDArray first = teacher.forward(input).get("out");
    assertThat(first.equalsWithEps(teacher.forward(input).get("out"), 0)).isTrue();
  }

  @Test
  void with_otherWeights_isWhatIsFrozenOfANetworkThatHasThem() {
    ComputationGraph network = resNet();
    ComputationGraph other = resNet();
    other.params().addi(0.5);
    List<String> halfWay = List.of("backbone.layer2.0.bn2");
    FrozenNetwork frozen = FrozenNetwork.of(network.getConfiguration(), network, halfWay);
    float[] weights =
        ParameterLayout.of(other).convert(Networks.parameters(other), frozen.layout());
    FrozenNetwork changed = frozen.with(weights);
    FrozenNetwork expected = FrozenNetwork.of(other.getConfiguration(), other, halfWay);
    assertThat(changed.fingerprint())
        .isEqualTo(expected.fingerprint())
        .isNotEqualTo(frozen.fingerprint());
    assertThat(changed.parameters()).isEqualTo(expected.parameters());
  }

  @Test
  void fingerprint_tellsNetworksApart() {
    ComputationGraph network = resNet();
    FrozenNetwork frozen =
        FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc"));
    assertThat(
            FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc")).fingerprint())
        .isEqualTo(frozen.fingerprint());
    assertThat(
            FrozenNetwork.of(network.getConfiguration(), network, List.of("neck.gap"))
                .fingerprint())
        .isNotEqualTo(frozen.fingerprint());
    network.params().putScalar(0, 3f);
    assertThat(
            FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc")).fingerprint())
        .isNotEqualTo(frozen.fingerprint());
  }
}
