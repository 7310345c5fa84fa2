package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.TextCnn;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInitDistribution;

/** The layers of a {@link TextCnn} before its head. */
final class TextLayers {
  private static final String EMBEDDING = "backbone.embedding";

  /** About that of trained vectors; one by fan-in would be lost in so large a vocabulary. */
  private static final double EMBEDDING_STD = 0.1;

  private final Stack stack;
  private final TextCnn architecture;

  TextLayers(Stack stack, TextCnn architecture) {
    this.stack = stack;
    this.architecture = architecture;
  }

  /** Adds them on the input; returns the name of the last one. */
  String add() {
    stack.layer(
        EMBEDDING,
        new EmbeddingSequenceLayer.Builder()
            .nOut(architecture.embedding())
            .hasBias(false)
            .weightInit(new WeightInitDistribution(new NormalDistribution(0, EMBEDDING_STD)))
            .build(),
        Architectures.INPUT);
    List<String> pooled = architecture.widths().stream().map(this::branch).toList();
    String last = stack.vertex("neck.cat", new MergeVertex(), pooled.toArray(String[]::new));
    return architecture.dropout() == 0
        ? last
        // DL4J counts what is kept.
        : stack.layer("neck.dropout", new DropoutLayer(1 - architecture.dropout()), last);
  }

  private String branch(int width) {
    String name = "backbone.conv" + width;
    String conv =
        stack.layer(
            name + ".conv",
            new Convolution1DLayer.Builder(width)
                .nOut(architecture.channels())
                .convolutionMode(ConvolutionMode.Same)
                .build(),
            EMBEDDING);
    String relu = stack.relu(name + ".relu", conv);
    return stack.layer(
        name + ".pool", new GlobalPoolingLayer.Builder(PoolingType.MAX).build(), relu);
  }

  /**
   * Puts right what DL4J 1.0.0-M2.1 guesses: it takes the length of a text for its vocabulary, and
   * a pooled sequence for one that is as long as before.
   *
   * @param conf complete
   * @param length tokens of an example
   */
  ComputationGraphConfiguration corrected(ComputationGraphConfiguration conf, int length) {
    ((LayerVertex) conf.getVertices().get(Architectures.LOGITS)).setPreProcessor(null);
    LayerVertex vertex = (LayerVertex) conf.getVertices().get(EMBEDDING);
    EmbeddingSequenceLayer embedding = (EmbeddingSequenceLayer) vertex.getLayerConf().getLayer();
    embedding.setNIn(architecture.vocabulary());
    embedding.setInferInputLength(false);
    embedding.setInputLength(length);
    return conf;
  }
}
