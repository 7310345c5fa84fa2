package io.limbeck.dl4j.zoo;

import io.limbeck.core.config.RegNetArch;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;

/**
 * I. Radosavovic, R. P. Kosaraju, R. Girshick, K. He, P. Dollar, "Designing Network Design Spaces",
 * CVPR 2020, arXiv:2003.13678, section 3: stages of bottlenecks with grouped convolutions, whose
 * widths follow a quantised line; RegNetY's blocks squeeze and excite. Layers are named as in timm,
 * under the name of MMClassification's {@code TIMMBackbone}. DL4J has no grouped convolution, so
 * each group is a convolution of its own, {@code conv2.conv.0}, {@code conv2.conv.1}, …
 */
final class RegNetLayers {
  private static final String PREFIX = "backbone.timm_model.";
  private static final int STEM_CHANNELS = 32;
  private static final int QUANTUM = 8;

  private final Stack stack;
  private final RegNetArch.Size size;
  private int height;
  private int width;

  /** A network for images of one size. */
  RegNetLayers(Stack stack, RegNetArch.Size size, int height, int width) {
    this.stack = stack;
    this.size = size;
    this.height = height;
    this.width = width;
  }

  /** Adds everything between the input and the classifier; returns the last vertex. */
  String add() {
    String last = stack.conv(PREFIX + "stem.conv", Architectures.INPUT, STEM_CHANNELS, 3, 2);
    last = normAndRelu(PREFIX + "stem", last);
    halve();
    int channels = STEM_CHANNELS;
    int stage = 0;
    for (Map.Entry<Integer, Integer> entry : stages().entrySet()) {
      stage++;
      for (int block = 1; block <= entry.getValue(); block++) {
        last =
            block(
                "%ss%d.b%d".formatted(PREFIX, stage, block),
                last,
                channels,
                entry.getKey(),
                block == 1 ? 2 : 1);
        channels = entry.getKey();
      }
    }
    return stack.globalPool(last);
  }

  /** Blocks by width, from narrow to wide: equations 2 to 4, then widths that groups divide. */
  private Map<Integer, Integer> stages() {
    Map<Integer, Integer> stages = new TreeMap<>();
    for (int block = 0; block < size.depth(); block++) {
      double line = size.w0() + size.wa() * block;
      double exponent = Math.rint(Math.log(line / size.w0()) / Math.log(size.wm()));
      double power = size.w0() * Math.pow(size.wm(), exponent);
      int raw = (int) Math.rint(power / QUANTUM) * QUANTUM;
      int group = Math.min(size.groupWidth(), raw);
      stages.merge((int) Math.rint(raw / (double) group) * group, 1, Integer::sum);
    }
    return stages;
  }

  private String block(String name, String from, int in, int out, int stride) {
    String last = stack.conv(name + ".conv1.conv", from, out, 1, 1);
    last = normAndRelu(name + ".conv1", last);
    last = grouped(name + ".conv2.conv", last, out, stride);
    if (stride == 2) {
      halve();
    }
    last = normAndRelu(name + ".conv2", last);
    if (size.squeezes()) {
      last = squeezeAndExcite(name + ".se", last, in / 4, out);
    }
    last = stack.conv(name + ".conv3.conv", last, out, 1, 1);
    last = stack.layer(name + ".conv3.bn", new BatchNormalization.Builder().gamma(0).build(), last);
    String shortcut = from;
    if (in != out || stride != 1) {
      shortcut = stack.conv(name + ".downsample.conv", from, out, 1, stride);
      shortcut = stack.norm(name + ".downsample.bn", shortcut);
    }
    return stack.relu(name + ".act3", stack.add(name + ".add", last, shortcut));
  }

  /**
   * Three by three, in groups. Channels are chosen in sequences, for DL4J 1.0.0-M2.1 gives maps
   * behind its {@code SubsetVertex} a negative number of channels.
   */
  private String grouped(String name, String from, int channels, int stride) {
    int group = Math.min(size.groupWidth(), channels);
    int groups = channels / group;
    if (groups == 1) {
      return stack.conv(name, from, channels, 3, stride);
    }
    String sequence =
        stack.vertex(name + ".sequence", new ReshapeVertex(-1, channels, height * width), from);
    String[] results = new String[groups];
    for (int i = 0; i < groups; i++) {
      String part = "%s.%d".formatted(name, i);
      String chosen =
          stack.vertex(
              part + ".channels", new SubsetVertex(i * group, (i + 1) * group - 1), sequence);
      String map = stack.vertex(part + ".map", new ReshapeVertex(-1, group, height, width), chosen);
      results[i] = stack.conv(part, map, group, 3, stride);
    }
    return stack.vertex(name, new MergeVertex(), results);
  }

  /** The maps times a factor for each channel, in sequences, for maps must be of one size there. */
  private String squeezeAndExcite(String name, String from, int squeezed, int channels) {
    String gate =
        stack.layer(
            name + ".pool",
            new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(false).build(),
            from);
    gate = stack.layer(name + ".fc1", ConvLayers.conv(squeezed, 1, 1, true), gate);
    gate = stack.relu(name + ".act", gate);
    gate = stack.layer(name + ".fc2", ConvLayers.conv(channels, 1, 1, true), gate);
    gate =
        stack.layer(
            name + ".gate",
            new ActivationLayer.Builder().activation(Activation.SIGMOID).build(),
            gate);
    String factor = stack.vertex(name + ".factor", new ReshapeVertex(-1, channels, 1), gate);
    String sequence =
        stack.vertex(name + ".sequence", new ReshapeVertex(-1, channels, height * width), from);
    String product =
        stack.vertex(
            name + ".product",
            new ElementWiseVertex(ElementWiseVertex.Op.Product),
            sequence,
            factor);
    return stack.vertex(name, new ReshapeVertex(-1, channels, height, width), product);
  }

  private String normAndRelu(String name, String from) {
    return stack.relu(name + ".act", stack.norm(name + ".bn", from));
  }

  private void halve() {
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  }
}
