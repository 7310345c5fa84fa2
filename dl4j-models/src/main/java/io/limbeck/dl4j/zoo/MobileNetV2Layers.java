package io.limbeck.dl4j.zoo;

import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.impl.ActivationReLU6;

/**
 * M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, "MobileNetV2: Inverted Residuals and
 * Linear Bottlenecks", CVPR 2018, arXiv:1801.04381, table 2. Layers are named as in
 * MMClassification.
 */
final class MobileNetV2Layers {
  /** Expansion, channels, blocks, stride of the first block. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private final Stack stack;
  private final double widenFactor;

  MobileNetV2Layers(Stack stack, double widenFactor) {
    this.stack = stack;
    this.widenFactor = widenFactor;
  }

  /** Adds everything between the input and the classifier; returns the last vertex. */
  String add() {
    int channels = divisible(32 * widenFactor);
    String last = stack.conv("backbone.conv1.conv", Architectures.INPUT, channels, 3, 2);
    last = normAndActivate("backbone.conv1", last);
    for (int stage = 0; stage < STAGES.length; stage++) {
      int out = divisible(STAGES[stage][1] * widenFactor);
      for (int block = 0; block < STAGES[stage][2]; block++) {
        String name = "backbone.layer%d.%d".formatted(stage + 1, block);
        int stride = block == 0 ? STAGES[stage][3] : 1;
        int inner = channels * STAGES[stage][0];
        boolean residual = stride == 1 && channels == out;
        String result = invertedResidual(name, last, channels, inner, out, stride);
        last = residual ? stack.add(name + ".add", result, last) : result;
        channels = out;
      }
    }
    last =
        stack.conv("backbone.conv2.conv", last, divisible(1280 * Math.max(1, widenFactor)), 1, 1);
    return stack.globalPool(normAndActivate("backbone.conv2", last));
  }

  private String invertedResidual(
      String name, String from, int in, int inner, int out, int stride) {
    String last = from;
    int part = 0;
    if (inner != in) {
      String expand = name + ".conv." + part++;
      last = normAndActivate(expand, stack.conv(expand + ".conv", last, inner, 1, 1));
    }
    String depthwise = name + ".conv." + part++;
    last = normAndActivate(depthwise, stack.depthwise(depthwise + ".conv", last, inner, stride));
    String project = name + ".conv." + part;
    return stack.norm(project + ".bn", stack.conv(project + ".conv", last, out, 1, 1));
  }

  private String normAndActivate(String name, String from) {
    return stack.layer(
        name + ".activate",
        new ActivationLayer.Builder().activation(new ActivationReLU6()).build(),
        stack.norm(name + ".bn", from));
  }

  /** The nearest multiple of eight, at least eight, never a tenth less than what is wanted. */
  private static int divisible(double channels) {
    int rounded = Math.max(8, (int) (channels + 4) / 8 * 8);
    return rounded < 0.9 * channels ? rounded + 8 : rounded;
  }
}
