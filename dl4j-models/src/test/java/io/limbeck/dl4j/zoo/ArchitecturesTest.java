package io.limbeck.dl4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.DistilledVisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.RegNet;
import io.limbeck.core.config.ArchitectureConfig.ResNet;
import io.limbeck.core.config.ArchitectureConfig.ResNetCifar;
import io.limbeck.core.config.ArchitectureConfig.ShuffleNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.VisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.core.config.RegNetArch;
import io.limbeck.core.config.TransformerArch;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ArchitecturesTest {
  private static final InputType CIFAR = InputType.convolutional(32, 32, 3);

  /**
   * Learnable parameters as counted by hand: 16 * 27 for the first convolution, 9 * c * c for the
   * others, 1x1 shortcuts at the two changes, two a channel for every BatchNorm, 64 * 10 + 10 for
   * the classifier.
   */
  @ParameterizedTest
  @CsvSource({"20, 272474", "32, 466906", "44, 661338", "56, 855770", "110, 1730714"})
  void cifarResNet_parameters(int depth, int learnable) {
    ComputationGraph network =
        Networks.fresh(
            new Architectures(CIFAR, 10, 1, DataType.FLOAT)
                .cifarResNet(new CifarResNet(depth, null)));
    int counted =
        ParameterLayout.of(network).segments().stream()
            .filter(segment -> !segment.statistic())
            .mapToInt(ParameterLayout.Segment::length)
            .sum();
    assertThat(counted).isEqualTo(learnable);
  }

  @Test
  void cifarResNet_namesAndShapes_areTheReferences() {
    ComputationGraph network =
        Networks.fresh(
            new Architectures(CIFAR, 10, 1, DataType.FLOAT).cifarResNet(new CifarResNet(20, 100)));
    NetworkDescription description = Describer.describe(network, CIFAR);
    assertThat(description.sources())
        .contains(
            "backbone.conv1",
            "backbone.bn1",
            "backbone.relu",
            "backbone.layer1.0.conv1",
            "backbone.layer2.0.downsample.0",
            "backbone.layer3.2.bn2",
            "neck.gap",
            "head.fc")
        .doesNotContain("head.loss_module", "input", "backbone.layer1.0.relu#1");
    assertThat(description.executions("backbone.layer1.0.relu"))
        .extracting(Vertex::name)
        .containsExactly("backbone.layer1.0.relu", "backbone.layer1.0.relu#1");
    assertThat(description.vertex("backbone.layer3.0.conv1").orElseThrow().shape())
        .containsExactly(64L, 8L, 8L);
    assertThat(description.vertex("neck.gap").orElseThrow().shape()).containsExactly(64L);
    Vertex head = description.vertex("head.fc").orElseThrow();
    assertThat(head.shape()).containsExactly(100L);
    assertThat(head.parameters())
        .containsExactly(
            Vertex.Parameter.of("head.fc/W", 64, 100), Vertex.Parameter.of("head.fc/b", 100));
  }

  /**
   * Learnable parameters as published: torchvision's model table for ImageNet, timm's for RegNets
   * and transformers, K. Liu's pytorch-cifar for ResNet_CIFAR, the wide residual networks' own
   * repository and RepDistiller's wrn_16_2 with ten classes in place of a hundred.
   */
  @ParameterizedTest
  @CsvSource({
    "ResNet 18, 11689512",
    "ResNet 34, 21797672",
    "ResNet 50, 25557032",
    "ResNet 101, 44549160",
    "ResNet_CIFAR 18, 11173962",
    "ResNet_CIFAR 50, 23520842",
    "WideResNet 16 2, 691674",
    "WideResNet 28 10, 36479194",
    "MobileNetV2 1.0, 3504872",
    "ShuffleNetV2 1.0, 2278604",
    "ShuffleNetV2 0.5, 1366792",
    "RegNet X_002, 2684792",
    "RegNet X_160, 54278536",
    "RegNet Y_002, 3162996",
    "RegNet Y_032, 19436338",
    "RegNet Y_160, 83590140",
    "VisionTransformer DEIT_TINY, 5717416",
    "VisionTransformer DEIT_BASE, 86567656",
    "DistilledVisionTransformer DEIT_SMALL, 22436432",
    "DistilledVisionTransformer DEIT_BASE, 87338192"
  })
  void publishedNetworks_parameters(String name, long learnable) {
    assertThat(learnable(conf(name))).isEqualTo(learnable);
  }

  private static ComputationGraphConfiguration conf(String name) {
    String[] words = name.split(" ");
    Architectures imageNet =
        new Architectures(InputType.convolutional(224, 224, 3), 1000, 1, DataType.FLOAT);
    Architectures cifar = new Architectures(CIFAR, 10, 1, DataType.FLOAT);
    return switch (words[0]) {
      case "ResNet" -> imageNet.resNet(new ResNet(Integer.parseInt(words[1]), null));
      case "ResNet_CIFAR" -> cifar.resNetCifar(new ResNetCifar(Integer.parseInt(words[1]), null));
      case "WideResNet" ->
          cifar.wideResNet(
              new WideResNet(Integer.parseInt(words[1]), Integer.parseInt(words[2]), null));
      case "RegNet" -> imageNet.regNet(new RegNet(RegNetArch.valueOf(words[1]), null));
      case "VisionTransformer" ->
          imageNet.visionTransformer(
              new VisionTransformer(TransformerArch.valueOf(words[1]), 16, 0.1, null));
      case "DistilledVisionTransformer" ->
          imageNet.distilledVisionTransformer(
              new DistilledVisionTransformer(TransformerArch.valueOf(words[1]), 16, 0.1, null));
      case "MobileNetV2" ->
          imageNet.mobileNetV2(new MobileNetV2(Double.parseDouble(words[1]), null));
      default -> imageNet.shuffleNetV2(new ShuffleNetV2(Double.parseDouble(words[1]), null));
    };
  }

  /** Counted from the configuration, so that the large ones need no memory. */
  private static long learnable(ComputationGraphConfiguration conf) {
    long count = 0;
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layerVertex) {
        NeuralNetConfiguration layerConf = layerVertex.getLayerConf();
        count += layerConf.getLayer().initializer().numParams(layerConf);
        if (layerConf.getLayer() instanceof BatchNormalization norm) {
          count -= 2 * norm.getNOut();
        }
      }
    }
    return count;
  }

  /** The sources that the reference's classification configs name, and what they put out there. */
  @ParameterizedTest
  @CsvSource({
    "ResNet 18, backbone.layer4.1.relu, 2, 512, 7",
    "ResNet 18, backbone.layer3.1.relu, 2, 256, 14",
    "ResNet 18, backbone.layer1.1.conv2, 1, 64, 56",
    "ResNet 50, backbone.layer4.2.relu, 3, 512, 7",
    "ResNet 50, backbone.layer3.5.relu, 3, 256, 14",
    "ResNet 50, backbone.layer2.3.conv3, 1, 512, 28",
    "ResNet_CIFAR 18, backbone.layer4.1.conv2, 1, 512, 4",
    "ResNet_CIFAR 50, backbone.layer4.2.conv3, 1, 2048, 4",
    "WideResNet 16 2, backbone.layer2.0.bn1, 1, 32, 32",
    "WideResNet 16 2, backbone.layer3.0.bn1, 1, 64, 16",
    "WideResNet 16 2, backbone.bn1, 1, 128, 8",
    "WideResNet 28 4, backbone.layer2.0.bn1, 1, 64, 32",
    "WideResNet 28 4, backbone.bn1, 1, 256, 8",
    "MobileNetV2 1.0, backbone.conv2.activate, 1, 1280, 7",
    "ShuffleNetV2 1.0, backbone.layers.3.activate, 1, 1024, 7"
  })
  void sourcesOfTheReference(String name, String source, int executions, long channels, long side) {
    ComputationGraphConfiguration conf = conf(name);
    InputType input =
        name.startsWith("ResNet ") || name.contains("NetV2")
            ? InputType.convolutional(224, 224, 3)
            : CIFAR;
    Map<String, InputType> types = conf.getLayerActivationTypes(true, input);
    assertThat(types.get(source).getShape(false)).containsExactly(channels, side, side);
    for (int i = 1; i < executions; i++) {
      assertThat(types).containsKey(source + "#" + i);
    }
    assertThat(types).doesNotContainKey(source + "#" + executions).containsKey("neck.gap");
  }

  @Test
  void shuffleNet_channelsOfBothBranchesInTurn() {
    InputType input = InputType.convolutional(64, 32, 3);
    ComputationGraph network =
        Networks.fresh(
            new Architectures(input, 5, 1, DataType.FLOAT)
                .shuffleNetV2(new ShuffleNetV2(0.5, null)));
    INDArray features = Fixtures.random(1, 2, 3, 64, 32).castTo(DataType.FLOAT);
    Map<String, INDArray> activations = network.feedForward(features, true);
    INDArray left = activations.get("backbone.layers.0.0.branch1.1.activate");
    INDArray right = activations.get("backbone.layers.0.0.branch2.2.activate");
    INDArray shuffled = activations.get("backbone.layers.0.0.shuffle");
    assertThat(shuffled.shape()).containsExactly(2, 48, 8, 4);
    assertThat(left.amaxNumber().doubleValue()).isPositive();
    for (int channel = 0; channel < 24; channel++) {
      assertThat(shuffled.tensorAlongDimension(2 * channel, 2, 3))
          .isEqualTo(left.tensorAlongDimension(channel, 2, 3));
      assertThat(shuffled.tensorAlongDimension(2 * channel + 1, 2, 3))
          .isEqualTo(right.tensorAlongDimension(channel, 2, 3));
    }
  }

  @Test
  void smallCnn_parameters() {
    Architectures zoo =
        new Architectures(InputType.convolutional(28, 28, 1), 10, 1, DataType.FLOAT);
    assertThat(Networks.fresh(zoo.smallCnn(new SmallCnn(List.of(4, 8), 16, null))).numParams())
        .isEqualTo(40 + 296 + (7 * 7 * 8 * 16 + 16) + 170);
    assertThat(Networks.fresh(zoo.smallCnn(new SmallCnn(List.of(32, 64), 128, null))).numParams())
        .isEqualTo(421_642);
  }

  @Test
  void mlp_takesImagesAndVectors() {
    Mlp mlp = new Mlp(List.of(7), null);
    assertThat(
            Networks.fresh(
                    new Architectures(InputType.convolutional(4, 4, 2), 3, 1, DataType.FLOAT)
                        .mlp(mlp))
                .numParams())
        .isEqualTo(33 * 7 + 8 * 3);
    assertThat(
            Networks.fresh(
                    new Architectures(InputType.feedForward(32), 3, 1, DataType.FLOAT).mlp(mlp))
                .numParams())
        .isEqualTo(33 * 7 + 8 * 3);
  }

  @Test
  void sameSeed_sameWeights() {
    CifarResNet resNet = new CifarResNet(8, null);
    float[] first =
        Networks.parameters(
            Networks.fresh(new Architectures(CIFAR, 10, 1, DataType.FLOAT).cifarResNet(resNet)));
    float[] same =
        Networks.parameters(
            Networks.fresh(new Architectures(CIFAR, 10, 1, DataType.FLOAT).cifarResNet(resNet)));
    float[] other =
        Networks.parameters(
            Networks.fresh(new Architectures(CIFAR, 10, 2, DataType.FLOAT).cifarResNet(resNet)));
    assertThat(first).isEqualTo(same).isNotEqualTo(other);
  }
}
