package io.limbeck.dl4j.zoo;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;

/** The layers of a {@link io.limbeck.core.config.SegmentationCnn} before its scores. */
final class SegmentationLayers {
  private final Stack stack;
  private final List<Integer> channels;

  SegmentationLayers(Stack stack, List<Integer> channels) {
    this.stack = stack;
    this.channels = channels;
  }

  /** Adds them on the input; returns the name of the last one, as large as the image. */
  String add() {
    List<String> levels = new ArrayList<>();
    String last = Architectures.INPUT;
    for (int level = 0; level < channels.size(); level++) {
      if (level > 0) {
        last = stack.layer("backbone.layer" + level + ".pool", halved(), last);
      }
      last = block("backbone.layer" + level, last, channels.get(level));
      levels.add(last);
    }
    for (int level = channels.size() - 2; level >= 0; level--) {
      String name = "decode_head.layer" + level;
      String doubled = stack.layer(name + ".up", new Upsampling2D.Builder(2).build(), last);
      String seen = block(name, doubled, channels.get(level));
      last = stack.add(name + ".add", seen, levels.get(level));
    }
    return last;
  }

  private String block(String name, String from, int width) {
    String conv = stack.conv(name + ".conv", from, width, 3, 1);
    return stack.relu(name + ".relu", stack.norm(name + ".bn", conv));
  }

  private static SubsamplingLayer halved() {
    return new SubsamplingLayer.Builder(PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .build();
  }
}
