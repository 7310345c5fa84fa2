package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.error.UserException;
import io.limbeck.core.recorder.MethodOutputs;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.Parameter;
import io.limbeck.core.recorder.Recorder;
import io.limbeck.core.recorder.Recording;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RecordedNetworkTest {
  private static final InputType INPUT = InputType.convolutional(8, 8, 3);
  private final ComputationGraph network =
      Networks.fresh(
          new Architectures(INPUT, 5, 7, DataType.FLOAT).cifarResNet(new CifarResNet(8, null)));
  private final INDArray features = Fixtures.random(1, 4, 3, 8, 8).castTo(DataType.FLOAT);

  private RecordedNetwork recorded(Map<String, Recorder> recorders) {
    return RecordedNetwork.of(network, recorders, INPUT);
  }

  @Test
  void forward_givesWhatTheNetworkComputes() {
    RecordedNetwork recorded =
        recorded(
            Map.of(
                "relu", new ModuleOutputs("backbone.layer1.0.relu"),
                "pooled", new ModuleInputs("head.fc"),
                "fc", new ModuleOutputs("head.fc"),
                "weight", new Parameter("head.fc/W")));
    INDArray probabilities = network.outputSingle(features);
    try (Recording recording = recorded.forward(features)) {
      INDArray logits = (INDArray) recording.get("fc", 0, null);
      assertThat(
              org.nd4j.linalg.ops.transforms.Transforms.softmax(logits)
                  .equalsWithEps(probabilities, 1e-6))
          .isTrue();
      INDArray pooled = (INDArray) recording.get("pooled", 0, 0);
      INDArray weight = (INDArray) recording.get("weight", 0, null);
      INDArray bias = network.getLayer("head.fc").getParam("b");
      assertThat(pooled.mmul(weight).addRowVector(bias).equalsWithEps(logits, 1e-5)).isTrue();
      INDArray last = (INDArray) recording.get("relu", -1, null);
      assertThat(last).isEqualTo(recording.get("relu", 1, null));
      assertThat(last).isNotEqualTo(recording.get("relu", 0, null));
      assertThat(last.shape()).containsExactly(4, 16, 8, 8);
    }
  }

  /** A compiled network calls none, and neither does a replaced ReLU. */
  @Test
  void methodsOfLayers_areHeard() {
    RecordedNetwork recorded =
        recorded(
            Map.of(
                "relu",
                new MethodOutputs("org.nd4j.linalg.activations.impl.ActivationReLU#getActivation"),
                "fc",
                new ModuleOutputs("head.fc")));
    try (Recording recording = recorded.forward(features)) {
      INDArray last = (INDArray) recording.get("relu", 6, null);
      assertThat(last.shape()).containsExactly(4, 64, 2, 2);
      INDArray logits = (INDArray) recording.get("fc", 0, null);
      assertThat(
              org.nd4j.linalg.ops.transforms.Transforms.softmax(logits)
                  .equalsWithEps(network.outputSingle(features), 1e-6))
          .isTrue();
    }
  }

  @Test
  void close_letsGo() {
    Recording recording = recorded(Map.of("fc", new ModuleOutputs("head.fc"))).forward(features);
    recording.close();
    assertThatThrownBy(() -> recording.get("fc", 0, null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Recorder 'fc' has recorded nothing");
  }

  @Test
  void unknownSource_nearestName() {
    assertThatThrownBy(() -> recorded(Map.of("fc", new ModuleOutputs("head.fcc"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'recorders.fc.source' is \"head.fcc\"")
        .hasMessageContaining("head.fc");
  }
}
