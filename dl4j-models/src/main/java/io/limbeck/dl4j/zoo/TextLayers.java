package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.TextCnn;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInitDistribution;

/**
 * The layers of a {@link TextCnn} before its head. A text is an image one pixel wide, its tokens
 * one below the other: convolutions of images run on oneDNN, and DL4J 1.0.0-M2.1 takes a pooled
 * sequence for one that is as long as before.
 */
final class TextLayers {
  private static final String EMBEDDING = "backbone.embedding";

  /** About that of trained vectors; one by fan-in would be lost in so large a vocabulary. */
  private static final double EMBEDDING_STD = 0.1;

  private final Stack stack;
  private final TextCnn architecture;
  private final int length;

  /**
   * Layers.
   *
   * @param stack where they go
   * @param architecture their sizes
   * @param length tokens of an example
   */
  TextLayers(Stack stack, TextCnn architecture, int length) {
    this.stack = stack;
    this.architecture = architecture;
    this.length = length;
  }

  /** Adds them on the input; returns the name of the last one. */
  String add() {
    stack.layer(
        EMBEDDING,
        new EmbeddingSequenceLayer.Builder()
            .nOut(architecture.embedding())
            .inputLength(length)
            .hasBias(false)
            .weightInit(new WeightInitDistribution(new NormalDistribution(0, EMBEDDING_STD)))
            .build(),
        Architectures.INPUT);
    stack.vertex(
        "backbone.column",
        new ReshapeVertex('c', new int[] {-1, architecture.embedding(), length, 1}, null),
        EMBEDDING);
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
            new ConvolutionLayer.Builder(width, 1)
                .nOut(architecture.channels())
                .convolutionMode(ConvolutionMode.Truncate)
                .build(),
            "backbone.column");
    String relu = stack.relu(name + ".relu", conv);
    return stack.layer(
        name + ".pool", new GlobalPoolingLayer.Builder(PoolingType.MAX).build(), relu);
  }

  /**
   * Tells the embedding its vocabulary, for which DL4J takes the length of a text.
   *
   * @param conf complete
   */
  ComputationGraphConfiguration withVocabulary(ComputationGraphConfiguration conf) {
    LayerVertex vertex = (LayerVertex) conf.getVertices().get(EMBEDDING);
    EmbeddingSequenceLayer embedding = (EmbeddingSequenceLayer) vertex.getLayerConf().getLayer();
    embedding.setNIn(architecture.vocabulary());
    embedding.setInferInputLength(false);
    return conf;
  }
}
