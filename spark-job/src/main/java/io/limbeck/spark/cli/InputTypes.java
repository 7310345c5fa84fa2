package io.limbeck.spark.cli;

import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;

/** What a model's first layer tells of its input. */
final class InputTypes {
  private InputTypes() {}

  /**
   * The input of a network that begins with a dense layer; a convolution takes images of any size.
   */
  static Optional<InputType> ofFirstLayer(ComputationGraphConfiguration conf) {
    String input = conf.getNetworkInputs().get(0);
    return conf.getVertexInputs().entrySet().stream()
        .filter(entry -> entry.getValue().contains(input))
        .map(entry -> conf.getVertices().get(entry.getKey()))
        .filter(LayerVertex.class::isInstance)
        .map(vertex -> (LayerVertex) vertex)
        .filter(vertex -> vertex.getPreProcessor() == null)
        .map(vertex -> vertex.getLayerConf().getLayer())
        .filter(DenseLayer.class::isInstance)
        .map(layer -> InputType.feedForward(((DenseLayer) layer).getNIn()))
        .findFirst();
  }
}
