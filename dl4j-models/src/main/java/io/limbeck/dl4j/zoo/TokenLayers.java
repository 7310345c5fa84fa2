package io.limbeck.dl4j.zoo;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.weights.WeightInit;

/**
 * From an image to tokens, {@code [channels, tokens, 1]}: learnt ones first, then one for each
 * patch, all with a learnt position. DL4J has no layer that is a learnt array, so one is a fully
 * connected layer behind the number one, without bias: its weights are the array.
 */
final class TokenLayers {
  private static final String ONE = "backbone.one";

  private final Stack stack;
  private final int channels;
  private final int tokens;

  /** Tokens of some channels, learnt ones and patches together. */
  TokenLayers(Stack stack, int channels, int tokens) {
    this.stack = stack;
    this.channels = channels;
    this.tokens = tokens;
  }

  /** Adds everything up to the encoder, the learnt tokens first; returns the last vertex. */
  String embed(int patchSize, List<String> learnt) {
    addOne();
    List<String> summands = new ArrayList<>();
    int patches = tokens - learnt.size();
    String sequence =
        stack.vertex(
            "backbone.patch_embed",
            new ReshapeVertex(-1, channels, patches, 1),
            projection(patchSize));
    summands.add(among("backbone.patch_embed", sequence, learnt.size(), patches));
    for (int i = 0; i < learnt.size(); i++) {
      String token = "backbone." + learnt.get(i);
      summands.add(among(token, learntArray(token, 1), i, 1));
    }
    summands.add(learntArray("backbone.pos_embed", tokens));
    return stack.vertex(
        "backbone.drop_after_pos",
        new ElementWiseVertex(ElementWiseVertex.Op.Add),
        summands.toArray(String[]::new));
  }

  /** Adds the choice of one token, {@code [channels]}. */
  String token(String name, String from, int index) {
    String cropped =
        stack.layer(
            name + ".crop", new Cropping2D.Builder(index, tokens - 1 - index, 0, 0).build(), from);
    return stack.vertex(name, new ReshapeVertex(-1, channels), cropped);
  }

  private String projection(int patchSize) {
    return stack.layer(
        "backbone.patch_embed.projection",
        new ConvolutionLayer.Builder(patchSize, patchSize)
            .nOut(channels)
            .stride(patchSize, patchSize)
            .weightInit(WeightInit.UNIFORM)
            .build(),
        Architectures.INPUT);
  }

  /** For each example the number one, made of its image. */
  private void addOne() {
    String mean =
        stack.layer(
            ONE + ".mean",
            new GlobalPoolingLayer.Builder(PoolingType.AVG).build(),
            Architectures.INPUT);
    String first = stack.vertex(ONE + ".first", new SubsetVertex(0, 0), mean);
    String zero = stack.vertex(ONE + ".zero", new ScaleVertex(0), first);
    stack.vertex(ONE, new ShiftVertex(1), zero);
  }

  private String learntArray(String name, int length) {
    stack.layer(name, new DenseLayer.Builder().nOut(channels * length).hasBias(false).build(), ONE);
    return stack.vertex(name + ".map", new ReshapeVertex(-1, channels, length, 1), name);
  }

  /** Some tokens at their place among all, with zeros for the others. */
  private String among(String name, String from, int before, int length) {
    return stack.layer(
        name + ".among",
        new ZeroPaddingLayer.Builder(before, tokens - before - length, 0, 0).build(),
        from);
  }
}
