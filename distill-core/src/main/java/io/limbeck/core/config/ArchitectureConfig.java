package io.limbeck.core.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;
import java.util.List;

/** A network: one of the zoo, or a file. Its input has the shape of the data. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ArchitectureConfig.CifarResNet.class, name = "CifarResNet"),
  @JsonSubTypes.Type(value = ArchitectureConfig.ResNet.class, name = "ResNet"),
  @JsonSubTypes.Type(value = ArchitectureConfig.ResNetCifar.class, name = "ResNet_CIFAR"),
  @JsonSubTypes.Type(value = ArchitectureConfig.WideResNet.class, name = "WideResNet"),
  @JsonSubTypes.Type(value = ArchitectureConfig.MobileNetV2.class, name = "MobileNetV2"),
  @JsonSubTypes.Type(value = ArchitectureConfig.ShuffleNetV2.class, name = "ShuffleNetV2"),
  @JsonSubTypes.Type(value = ArchitectureConfig.RegNet.class, name = "RegNet"),
  @JsonSubTypes.Type(
      value = ArchitectureConfig.VisionTransformer.class,
      name = "VisionTransformer"),
  @JsonSubTypes.Type(
      value = ArchitectureConfig.DistilledVisionTransformer.class,
      name = "DistilledVisionTransformer"),
  @JsonSubTypes.Type(value = ArchitectureConfig.SmallCnn.class, name = "SmallCnn"),
  @JsonSubTypes.Type(value = ArchitectureConfig.Mlp.class, name = "Mlp"),
  @JsonSubTypes.Type(value = ArchitectureConfig.ModelFile.class, name = "ModelFile"),
  @JsonSubTypes.Type(value = SegmentationCnn.class, name = "SegmentationCnn"),
  @JsonSubTypes.Type(value = TextCnn.class, name = "TextCnn"),
  @JsonSubTypes.Type(value = OnnxFile.class, name = "OnnxFile")
})
public sealed interface ArchitectureConfig extends Serializable
    permits ArchitectureConfig.CifarResNet,
        ArchitectureConfig.ResNet,
        ArchitectureConfig.ResNetCifar,
        ArchitectureConfig.WideResNet,
        ArchitectureConfig.MobileNetV2,
        ArchitectureConfig.ShuffleNetV2,
        ArchitectureConfig.RegNet,
        ArchitectureConfig.VisionTransformer,
        ArchitectureConfig.DistilledVisionTransformer,
        ArchitectureConfig.SmallCnn,
        ArchitectureConfig.Mlp,
        ArchitectureConfig.ModelFile,
        OnnxFile,
        SegmentationCnn,
        TextCnn {

  /**
   * The CIFAR form of a residual network: three stages of 16, 32 and 64 channels.
   *
   * @param depth 20, 32, 44, 56, 110: six times the blocks of a stage, plus two
   * @param numClasses classes; null for those of the data
   */
  record CifarResNet(
      @Key(value = "Layers with weights: 6 n + 2, such as 20, 32, 44, 56 or 110", min = 8)
          int depth,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the depth. */
    public CifarResNet {
      if ((depth - 2) % 6 != 0) {
        int below = depth - Math.floorMod(depth - 2, 6);
        throw new UserException(
            "'depth' of a CifarResNet is %d but must be 6 n + 2: the nearest are %d and %d"
                .formatted(depth, below, below + 6));
      }
    }
  }

  /**
   * The residual network for ImageNet: a 7x7 convolution and a pooling that quarter the image, then
   * four stages.
   *
   * @param depth 18 or 34, of basic blocks; 50, 101 or 152, of bottlenecks
   * @param numClasses classes; null for those of the data
   */
  record ResNet(
      @Key("Layers with weights: 18, 34, 50, 101 or 152") int depth,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the depth. */
    public ResNet {
      oneOf("ResNet", depth, RESNET_DEPTHS);
    }
  }

  /**
   * The residual network for ImageNet with a stem for small images: a 3x3 convolution, no pooling.
   *
   * @param depth 18 or 34, of basic blocks; 50, 101 or 152, of bottlenecks
   * @param numClasses classes; null for those of the data
   */
  record ResNetCifar(
      @Key("Layers with weights: 18, 34, 50, 101 or 152") int depth,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the depth. */
    public ResNetCifar {
      oneOf("ResNet_CIFAR", depth, RESNET_DEPTHS);
    }
  }

  /**
   * The wide residual network for small images: three stages of blocks that normalise first.
   *
   * @param depth 10, 16, 22, 28 or 40
   * @param widenFactor channels are 16, 32 and 64 times this
   * @param numClasses classes; null for those of the data
   */
  record WideResNet(
      @Key("Layers with weights: 10, 16, 22, 28 or 40") int depth,
      @Key(value = "Channels are 16, 32 and 64 times this", def = "4", min = 1) int widenFactor,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the depth. */
    public WideResNet {
      oneOf("WideResNet", depth, List.of(10, 16, 22, 28, 40));
    }
  }

  /**
   * MobileNetV2 for ImageNet.
   *
   * @param widenFactor factor of all channels
   * @param numClasses classes; null for those of the data
   */
  record MobileNetV2(
      @Key(value = "Factor of all channels", def = "1.0", above = 0) double widenFactor,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {}

  /**
   * ShuffleNetV2 for ImageNet.
   *
   * @param widenFactor 0.5, 1, 1.5 or 2
   * @param numClasses classes; null for those of the data
   */
  record ShuffleNetV2(
      @Key(value = "Width: 0.5, 1.0, 1.5 or 2.0", def = "1.0", above = 0) double widenFactor,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the width. */
    public ShuffleNetV2 {
      if (!List.of(0.5, 1.0, 1.5, 2.0).contains(widenFactor)) {
        throw new UserException(
            "'widen_factor' of a ShuffleNetV2 is %s but must be one of 0.5, 1.0, 1.5, 2.0"
                .formatted(widenFactor));
      }
    }
  }

  /**
   * RegNet for ImageNet, of timm's members.
   *
   * @param modelName which one
   * @param numClasses classes; null for those of the data
   */
  record RegNet(
      @Key("Which one, under timm's name") RegNetArch modelName,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {}

  /**
   * The vision transformer with one class token.
   *
   * @param arch its size
   * @param patchSize pixels of a patch's side
   * @param dropPathRate chance with which the last block's branches are left out in training
   * @param numClasses classes; null for those of the data
   */
  record VisionTransformer(
      @Key(value = "Its size", def = "\"deit-base\"") TransformerArch arch,
      @Key(value = "Pixels of a patch's side; divides both sides of the image", def = "16", min = 1)
          int patchSize,
      @Key(
              value =
                  "Chance that a branch of the last block is left out in training, for each example; that of earlier"
                      + " blocks grows up to it from 0",
              def = "0.0",
              min = 0,
              max = 0.99)
          double dropPathRate,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {}

  /**
   * The vision transformer with a class token and a distillation token, each with a head of its
   * own: {@code head.layers.head}, which classifies, and {@code head.layers.head_dist}.
   *
   * @param arch its size
   * @param patchSize pixels of a patch's side
   * @param dropPathRate chance with which the last block's branches are left out in training
   * @param numClasses classes; null for those of the data
   */
  record DistilledVisionTransformer(
      @Key(value = "Its size", def = "\"deit-base\"") TransformerArch arch,
      @Key(value = "Pixels of a patch's side; divides both sides of the image", def = "16", min = 1)
          int patchSize,
      @Key(
              value =
                  "Chance that a branch of the last block is left out in training, for each example; that of earlier"
                      + " blocks grows up to it from 0",
              def = "0.0",
              min = 0,
              max = 0.99)
          double dropPathRate,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {}

  /**
   * Convolutions of three by three with ReLU, each followed by a pooling that halves the image,
   * then one hidden layer.
   *
   * @param channels output channels of each convolution
   * @param hidden units of the hidden layer
   * @param numClasses classes; null for those of the data
   */
  record SmallCnn(
      @Key(
              value =
                  "Output channels of each 3x3 convolution; each is followed by ReLU and 2x2 max pooling",
              minItems = 1)
          List<Integer> channels,
      @Key(value = "Units of the hidden layer", min = 1) int hidden,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the channels. */
    public SmallCnn {
      channels = positive("channels", channels);
    }
  }

  /**
   * Fully connected layers with ReLU.
   *
   * @param hidden units of each hidden layer
   * @param numClasses classes; null for those of the data
   */
  record Mlp(
      @Key(value = "Units of each hidden layer") List<Integer> hidden,
      @Key(value = "Number of classes; by default that of the data", optional = true, min = 1)
          Integer numClasses)
      implements ArchitectureConfig {
    /** Checks the units. */
    public Mlp {
      hidden = positive("hidden", hidden);
    }
  }

  /**
   * A DL4J zip or Keras' HDF5: configuration and, unless it starts afresh, weights.
   *
   * @param path the file
   * @param keepWeights whether training starts from the file's weights
   */
  record ModelFile(
      @Key("DL4J model zip, of a ComputationGraph or a MultiLayerNetwork, or HDF5 file of Keras 2")
          String path,
      @Key(
              value = "Whether a student starts from the file's weights rather than afresh",
              def = "false")
          boolean keepWeights)
      implements ArchitectureConfig {}

  /** The depths of the residual network for ImageNet. */
  List<Integer> RESNET_DEPTHS = List.of(18, 34, 50, 101, 152);

  private static void oneOf(String type, int depth, List<Integer> allowed) {
    if (!allowed.contains(depth)) {
      throw new UserException(
          "'depth' of a %s is %d but must be one of %s"
              .formatted(
                  type, depth, String.join(", ", allowed.stream().map(String::valueOf).toList())));
    }
  }

  private static List<Integer> positive(String key, List<Integer> values) {
    for (Integer value : values) {
      if (value == null || value < 1) {
        throw new UserException("'%s' is %s but every entry must be >= 1".formatted(key, values));
      }
    }
    return List.copyOf(values);
  }
}
