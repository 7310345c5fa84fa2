package io.limbeck.dl4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

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
