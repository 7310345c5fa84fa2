package io.limbeck.spark.model;

import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.DistilledVisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ArchitectureConfig.MobileNetV2;
import io.limbeck.core.config.ArchitectureConfig.ModelFile;
import io.limbeck.core.config.ArchitectureConfig.RegNet;
import io.limbeck.core.config.ArchitectureConfig.ResNet;
import io.limbeck.core.config.ArchitectureConfig.ResNetCifar;
import io.limbeck.core.config.ArchitectureConfig.ShuffleNetV2;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.core.config.ArchitectureConfig.VisionTransformer;
import io.limbeck.core.config.ArchitectureConfig.WideResNet;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.storage.Storage;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes the networks of a config for examples of one shape. */
public final class ModelFactory {
  private final Storage storage;
  private final int[] shape;
  private final int classes;

  /**
   * A factory.
   *
   * @param storage where model files are read
   * @param shape of one example
   * @param classes of the data
   */
  public ModelFactory(Storage storage, int[] shape, int classes) {
    this.storage = storage;
    this.shape = shape;
    this.classes = classes;
  }

  /** Classes of the data. */
  public int classes() {
    return classes;
  }

  /** The shape of one example as DL4J names it. */
  public InputType input() {
    return inputType(shape);
  }

  /**
   * A shape as DL4J names it.
   *
   * @param shape {@code [channels, height, width]} or {@code [features]}
   */
  public static InputType inputType(int... shape) {
    return switch (shape.length) {
      case 1 -> InputType.feedForward(shape[0]);
      case 3 -> InputType.convolutional(shape[1], shape[2], shape[0]);
      default ->
          throw new UserException(
              "Examples have shape %s but must be [features] or [channels, height, width]"
                  .formatted(Arrays.toString(shape)));
    };
  }

  /**
   * A network's configuration as its user knows it.
   *
   * @param architecture what the config says
   * @param key where it says so, for messages
   * @param seed of fresh weights
   * @throws UserException when it does not fit the data
   */
  public ComputationGraphConfiguration configuration(
      ArchitectureConfig architecture, String key, long seed) {
    ComputationGraphConfiguration conf =
        architecture instanceof ModelFile file
            ? reseeded(read(file, key).getConfiguration(), seed)
            : zoo(architecture, key, seed);
    requireClasses(conf, key);
    return conf;
  }

  /**
   * A network to train, with fresh weights, or a file's where the config says so.
   *
   * @param architecture what the config says
   * @param key where it says so, for messages
   * @param seed of fresh weights
   */
  public ComputationGraph student(ArchitectureConfig architecture, String key, long seed) {
    if (architecture instanceof ModelFile file && file.keepWeights()) {
      ComputationGraph network = read(file, key);
      requireClasses(network.getConfiguration(), key);
      return network;
    }
    return Networks.fresh(configuration(architecture, key, seed));
  }

  /**
   * A student that starts where an earlier experiment ended.
   *
   * @param architecture what the config says
   * @param key where it says so, for messages
   * @param checkpoint the earlier experiment's output folder
   * @param checkpointKey where the config names it
   */
  public ComputationGraph student(
      ArchitectureConfig architecture, String key, String checkpoint, String checkpointKey) {
    ComputationGraph network = Networks.fresh(configuration(architecture, key, 0));
    String file = checkpoint + "/student.zip";
    io.limbeck.dl4j.store.ModelFile.copyWeights(read(file, checkpointKey), network, file);
    return network;
  }

  /**
   * A teacher with its weights.
   *
   * @param architecture what the config says
   * @param checkpoint the file of its weights; null where the architecture is one
   * @param key where the config names the architecture
   * @param checkpointKey where it names the file
   */
  public ComputationGraph teacher(
      ArchitectureConfig architecture, String checkpoint, String key, String checkpointKey) {
    if (architecture instanceof ModelFile file && checkpoint == null) {
      ComputationGraph network = read(file, key);
      requireClasses(network.getConfiguration(), key);
      return network;
    }
    if (checkpoint == null) {
      throw new UserException(
          "'%s' is missing: a teacher without its trained weights teaches nothing"
              .formatted(checkpointKey));
    }
    ComputationGraph network = Networks.fresh(configuration(architecture, key, 0));
    ComputationGraph trained = read(checkpoint, checkpointKey);
    io.limbeck.dl4j.store.ModelFile.copyWeights(trained, network, checkpoint);
    return network;
  }

  /**
   * A model file that must fit the data.
   *
   * @param path the zip
   * @param key the config key or argument that names it
   */
  public ComputationGraph file(String path, String key) {
    ComputationGraph network = read(path, key);
    requireClasses(network.getConfiguration(), key);
    return network;
  }

  private ComputationGraph read(ModelFile file, String key) {
    return read(file.path(), key + ".path");
  }

  private ComputationGraph read(String path, String key) {
    return io.limbeck.dl4j.store.ModelFile.read(storage.read(path, key), path);
  }

  private ComputationGraphConfiguration zoo(
      ArchitectureConfig architecture, String key, long seed) {
    Architectures zoo = new Architectures(input(), classes, seed, DataType.FLOAT);
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

  private void requireClasses(ComputationGraphConfiguration conf, String key) {
    ComputationGraphConfiguration logitsForm = LogitsForm.of(conf);
    if (logitsForm.getVertices().get(LogitsForm.logits(logitsForm)) instanceof LayerVertex logits
        && logits.getLayerConf().getLayer() instanceof FeedForwardLayer layer
        && layer.getNOut() != classes) {
      throw new UserException(
          "'%s' has %d classes but 'data.num_classes' is %d"
              .formatted(key, layer.getNOut(), classes));
    }
  }

  private static ComputationGraphConfiguration reseeded(
      ComputationGraphConfiguration conf, long seed) {
    ComputationGraphConfiguration copy = conf.clone();
    copy.getDefaultConfiguration().setSeed(seed);
    copy.getVertices().values().stream()
        .filter(LayerVertex.class::isInstance)
        .forEach(vertex -> ((LayerVertex) vertex).getLayerConf().setSeed(seed));
    return copy;
  }
}
