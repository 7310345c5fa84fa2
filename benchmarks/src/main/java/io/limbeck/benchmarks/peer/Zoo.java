package io.limbeck.benchmarks.peer;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.ResNetCifar;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;

/** The networks by the names that both sides know. */
final class Zoo {
  static final int CLASSES = 10;
  static final int CHANNELS = 3;
  static final int EDGE = 32;
  static final InputType INPUT = InputType.convolutional(EDGE, EDGE, CHANNELS);

  private Zoo() {}

  /**
   * A network.
   *
   * @param name {@code resnet56} and other depths of the CIFAR form, {@code resnet18} and {@code
   *     resnet34} with a stem for small images, {@code wrn-16-2}, {@code mlp-1024-512}, {@code
   *     cnn-4-8-16} of maps of 4 and 8 channels and 16 units
   */
  static ComputationGraphConfiguration network(String name) {
    Architectures zoo = new Architectures(INPUT, CLASSES, 1, DataType.FLOAT);
    if (name.startsWith("mlp-")) {
      return LogitsForm.of(zoo.mlp(new Mlp(numbers(name), null)));
    }
    if (name.startsWith("cnn-")) {
      List<Integer> widths = numbers(name);
      int last = widths.size() - 1;
      return LogitsForm.of(
          zoo.smallCnn(new SmallCnn(widths.subList(0, last), widths.get(last), null)));
    }
    if (name.startsWith("wrn-")) {
      return LogitsForm.of(
          zoo.wideResNet(new WideResNet(numbers(name).get(0), numbers(name).get(1), null)));
    }
    int depth = Integer.parseInt(name.substring("resnet".length()));
    return LogitsForm.of(
        depth == 18 || depth == 34
            ? zoo.resNetCifar(new ResNetCifar(depth, null))
            : zoo.cifarResNet(new CifarResNet(depth, null)));
  }

  private static List<Integer> numbers(String name) {
    return Arrays.stream(name.split("-")).skip(1).map(Integer::valueOf).toList();
  }
}
