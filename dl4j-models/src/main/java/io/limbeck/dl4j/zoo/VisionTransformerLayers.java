package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.TransformerArch;
import java.util.List;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.nd4j.linalg.activations.Activation;

/**
 * A. Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at
 * Scale", ICLR 2021, arXiv:2010.11929, section 3.1, and with a distillation token H. Touvron et
 * al., "Training data-efficient image transformers &amp; distillation through attention", ICML
 * 2021, arXiv:2012.12877, section 4. Layers are named as in MMClassification. What goes from layer
 * to layer are tokens as maps of {@code [channels, tokens, 1]}, for which a linear layer is a 1x1
 * convolution.
 *
 * <p>GELU is its approximation {@code x sigmoid(1.702 x)}, the one that DL4J computes rightly.
 */
final class VisionTransformerLayers {
  private final Stack stack;
  private final TransformerArch.Size size;
  private final double dropPathRate;
  private final List<String> learntTokens;
  private final int tokens;

  /**
   * A network for images of one size.
   *
   * @param patches of an image
   * @param learntTokens names of the tokens before them
   */
  VisionTransformerLayers(
      Stack stack,
      TransformerArch.Size size,
      double dropPathRate,
      int patches,
      List<String> learntTokens) {
    this.stack = stack;
    this.size = size;
    this.dropPathRate = dropPathRate;
    this.learntTokens = learntTokens;
    this.tokens = patches + learntTokens.size();
  }

  /**
   * Adds everything between the input and the heads.
   *
   * @param patchSize pixels of a patch's side
   * @return for each learnt token the vertex of what became of it
   */
  List<String> add(int patchSize) {
    TokenLayers tokenLayers = new TokenLayers(stack, size.embedDims(), tokens);
    String last = tokenLayers.embed(patchSize, learntTokens);
    for (int layer = 0; layer < size.numLayers(); layer++) {
      double dropped = dropPathRate * layer / Math.max(1, size.numLayers() - 1);
      last = block("backbone.layers." + layer, last, dropped);
    }
    String normed = norm("backbone.ln1", last);
    return learntTokens.stream()
        .map(name -> tokenLayers.token("head." + name, normed, learntTokens.indexOf(name)))
        .toList();
  }

  private String block(String name, String from, double dropped) {
    String attended = attention(name + ".attn", norm(name + ".ln1", from));
    String between =
        stack.add(name + ".attn.add", from, dropPath(name + ".attn.drop_path", attended, dropped));
    String fed = feedForward(name + ".ffn", norm(name + ".ln2", between));
    return stack.add(name, between, dropPath(name + ".ffn.drop_path", fed, dropped));
  }

  private String norm(String name, String from) {
    return LayerNorm.add(stack, name, from, size.embedDims(), tokens);
  }

  /** Heads become examples, so that one attention of one head serves them all. */
  private String attention(String name, String from) {
    int channels = size.embedDims();
    int head = channels / size.numHeads();
    String qkv = linear(name + ".qkv", from, 3 * channels);
    String sequence =
        stack.vertex(name + ".sequence", new ReshapeVertex(-1, 3 * channels, tokens), qkv);
    String attended =
        stack.vertex(
            name + ".attention",
            new AttentionVertex.Builder()
                .nInQueries(head)
                .nInKeys(head)
                .nInValues(head)
                .nOut(head)
                .nHeads(1)
                .projectInput(false)
                .build(),
            heads(name + ".q", sequence, 0, head),
            heads(name + ".k", sequence, 1, head),
            heads(name + ".v", sequence, 2, head));
    String joined =
        stack.vertex(name + ".joined", new ReshapeVertex(-1, channels, tokens, 1), attended);
    return linear(name + ".proj", joined, channels);
  }

  private String heads(String name, String sequence, int part, int head) {
    int channels = size.embedDims();
    String chosen =
        stack.vertex(name, new SubsetVertex(part * channels, (part + 1) * channels - 1), sequence);
    return stack.vertex(name + ".heads", new ReshapeVertex(-1, head, tokens), chosen);
  }

  private String feedForward(String name, String from) {
    String wide = linear(name + ".layers.0.0", from, size.feedforwardChannels());
    String active =
        stack.layer(
            name + ".layers.0.1",
            new ActivationLayer.Builder().activation(Activation.GELU).build(),
            wide);
    return linear(name + ".layers.1", active, size.embedDims());
  }

  private String linear(String name, String from, int channels) {
    return stack.layer(name, ConvLayers.conv(channels, 1, 1, true), from);
  }

  /** Leaves out a branch of whole examples: the one channel of a map is all of them. */
  private String dropPath(String name, String from, double dropped) {
    if (dropped == 0) {
      return from;
    }
    int channels = size.embedDims();
    String whole = stack.vertex(name + ".whole", new ReshapeVertex(-1, 1, channels, tokens), from);
    String kept =
        stack.layer(
            name + ".kept",
            new DropoutLayer.Builder(new SpatialDropout(1 - dropped)).build(),
            whole);
    return stack.vertex(name, new ReshapeVertex(-1, channels, tokens, 1), kept);
  }
}
