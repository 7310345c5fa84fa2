package io.limbeck.dl4j.zoo;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The ends of networks: what makes class scores, and the loss behind it. */
final class Heads {
  private static final String LOGITS = "head.fc";
  private static final String TRANSFORMER_LOGITS = "head.layers.head";
  private static final String LOSS = "head.loss_module";
  private static final String PIXEL_LOGITS = "decode_head.conv_seg";
  private static final String PIXEL_LOSS = "decode_head.loss_module";

  private final GraphBuilder graph;
  private final int classes;

  /**
   * Ends of a graph.
   *
   * @param graph begun
   * @param classes of its scores
   */
  Heads(GraphBuilder graph, int classes) {
    this.graph = graph;
    this.classes = classes;
  }

  /** Scores of an example. */
  ComputationGraphConfiguration ofExamples(String last) {
    graph.addLayer(LOGITS, new DenseLayer.Builder().nOut(classes).build(), last);
    return loss(LOGITS);
  }

  /** A head for each learnt token, of which the first classifies; the others wait for a loss. */
  ComputationGraphConfiguration ofTokens(List<String> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      graph.addLayer(
          i == 0 ? TRANSFORMER_LOGITS : TRANSFORMER_LOGITS + "_dist",
          new DenseLayer.Builder().nOut(classes).weightInit(WeightInit.ZERO).build(),
          tokens.get(i));
    }
    return loss(TRANSFORMER_LOGITS);
  }

  /** Scores of every pixel. */
  ComputationGraphConfiguration ofPixels(String last) {
    graph.addLayer(PIXEL_LOGITS, ConvLayers.conv(classes, 1, 1, true), last);
    graph.addLayer(
        PIXEL_LOSS,
        new CnnLossLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .activation(Activation.SOFTMAX)
            .build(),
        PIXEL_LOGITS);
    return graph.setOutputs(PIXEL_LOSS).build();
  }

  private ComputationGraphConfiguration loss(String logits) {
    graph.addLayer(
        LOSS,
        new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .activation(Activation.SOFTMAX)
            .build(),
        logits);
    return graph.setOutputs(LOSS).build();
  }
}
