package io.limbeck.dl4j.zoo;

import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.weights.WeightInit;

/**
 * Layer normalisation over the channels of each token, for which DL4J has no layer: {@code
 * sqrt(channels) c / |c| * gain + bias} with {@code c} the token less its mean. The tokens become
 * rows for that. There is no epsilon below the root, so a token whose channels are all alike comes
 * out as zeros, as it does with one.
 *
 * <p>Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", arXiv:1607.06450, equation
 * 3.
 */
final class LayerNorm {
  private static final double SMALLEST_NORM = 1e-12;

  private LayerNorm() {}

  /**
   * Adds it.
   *
   * @param stack where
   * @param name of the result; its parameters are {@code name.affine/W} and {@code /b}
   * @param from maps of {@code [channels, tokens, 1]}
   * @param channels of a token
   * @param tokens of an example
   * @return the name, of the same shape
   */
  static String add(Stack stack, String name, String from, int channels, int tokens) {
    String sequence =
        stack.vertex(name + ".sequence", new ReshapeVertex(-1, channels, tokens), from);
    String rows =
        stack.vertex(
            name + ".rows", new PreprocessorVertex(new RnnToFeedForwardPreProcessor()), sequence);
    String centred =
        stack.vertex(
            name + ".centred",
            new ElementWiseVertex(ElementWiseVertex.Op.Subtract),
            rows,
            mean(stack, name, rows, channels));
    String unit =
        stack.vertex(name + ".unit", new L2NormalizeVertex(new int[] {1}, SMALLEST_NORM), centred);
    String standard = stack.vertex(name + ".standard", new ScaleVertex(Math.sqrt(channels)), unit);
    String affine =
        stack.layer(
            name + ".affine",
            new ElementWiseMultiplicationLayer.Builder()
                .nIn(channels)
                .nOut(channels)
                .weightInit(WeightInit.ONES)
                .build(),
            standard);
    String back =
        stack.vertex(
            name + ".back", new PreprocessorVertex(new FeedForwardToRnnPreProcessor()), affine);
    return stack.vertex(name, new ReshapeVertex(-1, channels, tokens, 1), back);
  }

  private static String mean(Stack stack, String name, String rows, int channels) {
    String features = stack.vertex(name + ".features", new ReshapeVertex(-1, 1, channels), rows);
    String pooled =
        stack.layer(
            name + ".pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), features);
    return stack.vertex(name + ".mean", new ReshapeVertex(-1, 1), pooled);
  }
}
