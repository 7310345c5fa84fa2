package io.limbeck.spark.model;

import io.limbeck.core.config.ArchitectureConfig;
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
import io.limbeck.core.config.SegmentationCnn;
import io.limbeck.core.config.TextCnn;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.Arrays;
import java.util.Collections;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** The networks that a config can name, for examples of one shape. */
final class Zoo {
  private final int[] shape;
  private final int classes;

  /**
   * The zoo.
   *
   * @param shape of one example
   * @param classes of the data
   */
  Zoo(int[] shape, int classes) {
    this.shape = shape;
    this.classes = classes;
  }

  /**
   * A network's configuration.
   *
   * @param architecture one of the zoo's
   * @param key where the config names it, for messages
   * @param seed of fresh weights
   * @throws UserException when it cannot take such examples
   */
  ComputationGraphConfiguration configuration(
      ArchitectureConfig architecture, String key, long seed) {
    Architectures zoo =
        new Architectures(ModelFactory.inputType(shape), classes, seed, DataType.FLOAT);
    try {
      if (architecture instanceof CifarResNet resNet) {
        requireImages(key, "CifarResNet");
        return zoo.cifarResNet(resNet);
      }
      if (architecture instanceof ResNet resNet) {
        requireImages(key, "ResNet");
        requireSide(key, "ResNet", 32);
        return zoo.resNet(resNet);
      }
      if (architecture instanceof ResNetCifar resNet) {
        requireImages(key, "ResNet_CIFAR");
        requireSide(key, "ResNet_CIFAR", 8);
        return zoo.resNetCifar(resNet);
      }
      if (architecture instanceof WideResNet wide) {
        requireImages(key, "WideResNet");
        requireSide(key, "WideResNet", 4);
        return zoo.wideResNet(wide);
      }
      if (architecture instanceof MobileNetV2 mobile) {
        requireImages(key, "MobileNetV2");
        requireSide(key, "MobileNetV2", 32);
        return zoo.mobileNetV2(mobile);
      }
      if (architecture instanceof ShuffleNetV2 shuffle) {
        requireImages(key, "ShuffleNetV2");
        requireSide(key, "ShuffleNetV2", 32);
        return zoo.shuffleNetV2(shuffle);
      }
      if (architecture instanceof RegNet regNet) {
        requireImages(key, "RegNet");
        requireSide(key, "RegNet", 32);
        return zoo.regNet(regNet);
      }
      if (architecture instanceof VisionTransformer transformer) {
        requirePatches(key, "VisionTransformer", transformer.patchSize());
        return zoo.visionTransformer(transformer);
      }
      if (architecture instanceof DistilledVisionTransformer transformer) {
        requirePatches(key, "DistilledVisionTransformer", transformer.patchSize());
        return zoo.distilledVisionTransformer(transformer);
      }
      if (architecture instanceof SmallCnn cnn) {
        requireImages(key, "SmallCnn");
        requirePoolable(key, cnn.channels().size());
        return zoo.smallCnn(cnn);
      }
      if (architecture instanceof SegmentationCnn segmentation) {
        requireHalved(key, segmentation.channels().size() - 1);
        return zoo.segmentationCnn(segmentation);
      }
      if (architecture instanceof TextCnn text) {
        requireTokens(key, Collections.max(text.widths()));
        return zoo.textCnn(text);
      }
      return zoo.mlp((Mlp) architecture);
    } catch (DL4JException | IllegalStateException e) {
      throw new UserException(
          "'%s' cannot be built for examples of shape %s: %s"
              .formatted(
                  key, Arrays.toString(shape), e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /**
   * Networks for large images end with nothing where the image is halved more often than it can be.
   */
  private void requireSide(String key, String type, int smallest) {
    if (Math.min(shape[1], shape[2]) < smallest) {
      throw new UserException(
          "'%s' is a %s, which needs images of %d by %d or more, but the examples have shape %s"
              .formatted(key, type, smallest, smallest, Arrays.toString(shape)));
    }
  }

  private void requireImages(String key, String type) {
    if (shape.length != 3) {
      throw new UserException(
          "'%s' is a %s, which needs images [channels, height, width], but the examples have shape %s"
              .formatted(key, type, Arrays.toString(shape)));
    }
  }

  /** What is halved and doubled again must be as large as before. */
  private void requireHalved(String key, int times) {
    requireImages(key, "SegmentationCnn");
    int divisor = 1 << times;
    if (shape[1] % divisor != 0 || shape[2] % divisor != 0) {
      throw new UserException(
          "'%s.channels' has %d entries, so both sides of the images must be multiples of %d, but the examples have shape %s"
              .formatted(key, times + 1, divisor, Arrays.toString(shape)));
    }
  }

  private void requireTokens(String key, int widest) {
    if (shape.length == 1 && shape[0] < widest) {
      throw new UserException(
          "'%s.widths' has %d, but the examples have only %d tokens"
              .formatted(key, widest, shape[0]));
    }
    if (shape.length != 1) {
      throw new UserException(
          "'%s' is a TextCnn, which needs tokens [length], but the examples have shape %s"
              .formatted(key, Arrays.toString(shape)));
    }
  }

  private void requirePatches(String key, String type, int patchSize) {
    requireImages(key, type);
    if (shape[1] % patchSize != 0 || shape[2] % patchSize != 0) {
      throw new UserException(
          "'%s.patch_size' is %d but must divide both sides of the images, and the examples have shape %s"
              .formatted(key, patchSize, Arrays.toString(shape)));
    }
  }

  /** DL4J pools images of one pixel without a word. */
  private void requirePoolable(String key, int poolings) {
    int side = Math.min(shape[1], shape[2]);
    if (side >> poolings == 0) {
      throw new UserException(
          "'%s.channels' has %d entries, each of which halves the image, but the examples have shape %s"
              .formatted(key, poolings, Arrays.toString(shape)));
    }
  }
}
