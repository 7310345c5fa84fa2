package io.limbeck.dl4j.zoo;

import java.util.List;
import java.util.Map;

/**
 * The residual networks of K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image
 * Recognition", CVPR 2016, table 1: four stages of basic blocks or, from depth 50 on, of
 * bottlenecks whose 3x3 convolution has the stride. Where the shape changes, the shortcut is a 1x1
 * convolution with BatchNorm. Layers are named as in MMClassification; a block's one ReLU runs
 * twice, or three times in a bottleneck.
 */
final class ImageNetResNet {
  private static final Map<Integer, List<Integer>> BLOCKS =
      Map.of(
          18, List.of(2, 2, 2, 2),
          34, List.of(3, 4, 6, 3),
          50, List.of(3, 4, 6, 3),
          101, List.of(3, 4, 23, 3),
          152, List.of(3, 8, 36, 3));
  private static final int FIRST_CHANNELS = 64;

  private final Stack stack;
  private final int depth;

  ImageNetResNet(Stack stack, int depth) {
    this.stack = stack;
    this.depth = depth;
  }

  /** Adds the network with the stem for large images; returns the last vertex. */
  String withImageNetStem() {
    String last = stack.conv("backbone.conv1", Architectures.INPUT, FIRST_CHANNELS, 7, 2);
    last = stack.norm("backbone.bn1", last);
    last = stack.relu("backbone.relu", last);
    return stages(stack.maxPool("backbone.maxpool", last));
  }

  /** Adds the network with the stem for small images; returns the last vertex. */
  String withCifarStem() {
    String last = stack.conv("backbone.conv1", Architectures.INPUT, FIRST_CHANNELS, 3, 1);
    last = stack.norm("backbone.bn1", last);
    return stages(stack.relu("backbone.relu", last));
  }

  private boolean bottlenecks() {
    return depth >= 50;
  }

  private String stages(String from) {
    String last = from;
    int channels = FIRST_CHANNELS;
    for (int stage = 0; stage < 4; stage++) {
      int width = FIRST_CHANNELS << stage;
      int out = bottlenecks() ? 4 * width : width;
      for (int block = 0; block < BLOCKS.get(depth).get(stage); block++) {
        String name = "backbone.layer%d.%d".formatted(stage + 1, block);
        int stride = stage > 0 && block == 0 ? 2 : 1;
        boolean changes = stride != 1 || channels != out;
        last = block(name, last, new int[] {width, out, stride}, changes);
        channels = out;
      }
    }
    return stack.globalPool(last);
  }

  /** Sizes: channels within, channels out, stride. */
  private String block(String name, String from, int[] sizes, boolean changes) {
    String last = bottlenecks() ? bottleneck(name, from, sizes) : basic(name, from, sizes);
    String shortcut = from;
    if (changes) {
      shortcut = stack.conv(name + ".downsample.0", from, sizes[1], 1, sizes[2]);
      shortcut = stack.norm(name + ".downsample.1", shortcut);
    }
    String sum = stack.add(name + ".add", last, shortcut);
    return stack.relu(name + (bottlenecks() ? ".relu#2" : ".relu#1"), sum);
  }

  private String basic(String name, String from, int... sizes) {
    String last = stack.conv(name + ".conv1", from, sizes[0], 3, sizes[2]);
    last = stack.norm(name + ".bn1", last);
    last = stack.relu(name + ".relu", last);
    last = stack.conv(name + ".conv2", last, sizes[1], 3, 1);
    return stack.norm(name + ".bn2", last);
  }

  private String bottleneck(String name, String from, int... sizes) {
    String last = stack.conv(name + ".conv1", from, sizes[0], 1, 1);
    last = stack.norm(name + ".bn1", last);
    last = stack.relu(name + ".relu", last);
    last = stack.conv(name + ".conv2", last, sizes[0], 3, sizes[2]);
    last = stack.norm(name + ".bn2", last);
    last = stack.relu(name + ".relu#1", last);
    last = stack.conv(name + ".conv3", last, sizes[1], 1, 1);
    return stack.norm(name + ".bn3", last);
  }
}
