package io.limbeck.dl4j.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.DistilledVisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.RegNet;
import io.limbeck.core.config.ArchitectureConfig.ShuffleNetV2;
import io.limbeck.core.config.RegNetArch;
import io.limbeck.core.config.TransformerArch;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.recorder.ModuleInputs;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.core.recorder.UnknownSourceException;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ActivationsTest {
  private static final InputType INPUT = InputType.convolutional(48, 32, 3);

  private static ComputationGraphConfiguration conf(String kind) {
    Architectures zoo = new Architectures(INPUT, 4, 1, DataType.FLOAT);
    return switch (kind) {
      case "transformer" ->
          zoo.distilledVisionTransformer(
              new DistilledVisionTransformer(TransformerArch.DEIT_TINY, 16, 0.1, null));
      case "regnet" -> zoo.regNet(new RegNet(RegNetArch.Y_002, null));
      case "shufflenet" -> zoo.shuffleNetV2(new ShuffleNetV2(0.5, null));
      default ->
          new NeuralNetConfiguration.Builder()
              .activation(org.nd4j.linalg.activations.Activation.IDENTITY)
              .graphBuilder()
              .addInputs("input")
              .addVertex("stack", new StackVertex(), "input", "input")
              .addVertex("part", new SubsetVertex(1, 2), "stack")
              .addVertex("unstack", new UnstackVertex(1, 2), "part")
              .addLayer("pool", new GlobalPoolingLayer(), "unstack")
              .addLayer("fc", new DenseLayer.Builder().nIn(2).nOut(4).build(), "pool")
              .addLayer(
                  "loss",
                  new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                      .activation(org.nd4j.linalg.activations.Activation.SOFTMAX)
                      .build(),
                  "fc")
              .setOutputs("loss")
              .build();
    };
  }

  /** What is foretold is what a pass puts out. */
  @ParameterizedTest
  @ValueSource(strings = {"transformer", "regnet", "shufflenet", "stack"})
  void shapesAndRows_areThoseOfAPass(String kind) {
    ComputationGraph network = Networks.fresh(conf(kind));
    Map<String, Activation> foretold = Activations.of(network.getConfiguration(), INPUT);
    INDArray image = Fixtures.random(1, 2, 3, 48, 32).castTo(DataType.FLOAT);
    Map<String, INDArray> found = network.feedForward(image, false);
    assertThat(foretold.keySet()).containsAll(found.keySet());
    found.forEach(
        (name, array) -> {
          long[] shape = array.shape();
          if (!name.contains("loss")) {
            assertThat(InputTypes.shape(foretold.get(name).type()))
                .as(name)
                .isEqualTo(Arrays.stream(shape, 1, shape.length).boxed().toList());
          }
          assertThat(2 * foretold.get(name).rows()).as(name).isEqualTo(shape[0]);
        });
  }

  @Test
  void whatHasSeveralRowsForAnExample_isNotRecorded() {
    NetworkDescription description = Describer.describe(Networks.fresh(conf("transformer")), INPUT);
    assertThat(description.sources())
        .contains("backbone.layers.0.ln1", "backbone.layers.11", "head.layers.head_dist")
        .doesNotContain("backbone.layers.0.ln1.rows", "backbone.layers.0.attn.attention");
    assertThat(description.shapeOf("backbone.layers.11")).isEqualTo(List.of(192L, 8L, 1L));
    assertThatThrownBy(() -> new ModuleOutputs("backbone.ln1.rows").origins(description))
        .isInstanceOf(UnknownSourceException.class)
        .hasMessageStartingWith(
            "but 'backbone.ln1.rows' has 8 rows of [192] for each example and cannot be recorded; did you mean"
                + " 'backbone.ln1'?");
    assertThatThrownBy(() -> new ModuleInputs("backbone.ln1.affine").origins(description))
        .isInstanceOf(UnknownSourceException.class)
        .hasMessageStartingWith("but 'backbone.ln1.standard' has 8 rows of [192]");
  }
}
