package io.limbeck.dl4j.zoo;

import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/**
 * N. Ma, X. Zhang, H.-T. Zheng, J. Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN
 * Architecture Design", ECCV 2018, arXiv:1807.11164, table 5. Layers are named as in
 * MMClassification.
 */
final class ShuffleNetV2Layers {
  /** Channels of the three stages and of the last convolution. */
  private static final Map<Double, int[]> CHANNELS =
      Map.of(
          0.5, new int[] {48, 96, 192, 1024},
          1.0, new int[] {116, 232, 464, 1024},
          1.5, new int[] {176, 352, 704, 1024},
          2.0, new int[] {244, 488, 976, 2048});

  private static final int[] BLOCKS = {4, 8, 4};
  private static final int FIRST_CHANNELS = 24;

  private final Stack stack;
  private final int[] channels;
  private int height;
  private int width;

  /** A network for images of one size. */
  ShuffleNetV2Layers(Stack stack, double widenFactor, int height, int width) {
    this.stack = stack;
    this.channels = CHANNELS.get(widenFactor);
    this.height = height;
    this.width = width;
  }

  /** Adds everything between the input and the classifier; returns the last vertex. */
  String add() {
    String last = stack.conv("backbone.conv1.conv", Architectures.INPUT, FIRST_CHANNELS, 3, 2);
    last = normAndRelu("backbone.conv1", last);
    halve();
    last = stack.maxPool("backbone.maxpool", last);
    halve();
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      for (int block = 0; block < BLOCKS[stage]; block++) {
        String name = "backbone.layers.%d.%d".formatted(stage, block);
        last = block == 0 ? down(name, last, stage) : flat(name, last, channels[stage]);
      }
    }
    last = stack.conv("backbone.layers.3.conv", last, channels[3], 1, 1);
    return stack.globalPool(normAndRelu("backbone.layers.3", last));
  }

  private void halve() {
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  }

  /** The first block of a stage: both branches take the whole input and halve the image. */
  private String down(String name, String from, int stage) {
    int half = channels[stage] / 2;
    int in = stage == 0 ? FIRST_CHANNELS : channels[stage - 1];
    String left = stack.depthwise(name + ".branch1.0.conv", from, in, 2);
    left = stack.norm(name + ".branch1.0.bn", left);
    left = stack.conv(name + ".branch1.1.conv", left, half, 1, 1);
    left = normAndRelu(name + ".branch1.1", left);
    String right = branch(name, from, half, 2);
    halve();
    return shuffle(name, left, right, half);
  }

  /** A further block: half of the channels goes through, the other half through a branch. */
  private String flat(String name, String from, int all) {
    int half = all / 2;
    String left = part(name + ".split.0", from, half, 0);
    String right = part(name + ".split.1", from, 0, half);
    return shuffle(name, left, branch(name, right, half, 1), half);
  }

  /**
   * Some of the channels: all but the last {@code below} and the first {@code above}. Cropped as
   * rows, for DL4J 1.0.0-M2.1 gives the output of its {@code SubsetVertex} a negative number of
   * channels.
   */
  private String part(String name, String from, int below, int above) {
    int half = Math.max(below, above);
    String rows =
        stack.vertex(name + ".rows", new ReshapeVertex(-1, 1, 2 * half, height * width), from);
    String cropped =
        stack.layer(name + ".crop", new Cropping2D.Builder(above, below, 0, 0).build(), rows);
    return stack.vertex(name, new ReshapeVertex(-1, half, height, width), cropped);
  }

  private String branch(String name, String from, int half, int stride) {
    String last = stack.conv(name + ".branch2.0.conv", from, half, 1, 1);
    last = normAndRelu(name + ".branch2.0", last);
    last = stack.depthwise(name + ".branch2.1.conv", last, half, stride);
    last = stack.norm(name + ".branch2.1.bn", last);
    last = stack.conv(name + ".branch2.2.conv", last, half, 1, 1);
    return normAndRelu(name + ".branch2.2", last);
  }

  /**
   * Both branches, channel by channel in turn. DL4J has no layer for that, and the student must be
   * of its own layers only: each branch becomes rows {@code [half, 1, positions]}, a row of zeros
   * beside each, and the sum of the two is the branches interleaved.
   */
  private String shuffle(String name, String left, String right, int half) {
    String even = spread(name + ".shuffle.0", left, half, 1, 0);
    String odd = spread(name + ".shuffle.1", right, half, 0, 1);
    String both = stack.add(name + ".shuffle.add", even, odd);
    return stack.vertex(name + ".shuffle", new ReshapeVertex(-1, 2 * half, height, width), both);
  }

  private String spread(String name, String from, int half, int below, int above) {
    String rows =
        stack.vertex(name + ".rows", new ReshapeVertex(-1, half, 1, height * width), from);
    return stack.layer(
        name + ".pad", new ZeroPaddingLayer.Builder(above, below, 0, 0).build(), rows);
  }

  private String normAndRelu(String name, String from) {
    return stack.relu(name + ".activate", stack.norm(name + ".bn", from));
  }
}
