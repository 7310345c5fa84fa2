package io.limbeck.spark.model;

import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.ArchitectureConfig.ModelFile;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.onnx.OnnxModel;
import io.limbeck.spark.storage.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Makes the networks of a config for examples of one shape. */
public final class ModelFactory {
  private final Storage storage;
  private final int[] shape;
  private final int classes;
  private final LabelType labelType;

  /**
   * A factory.
   *
   * @param storage where model files are read
   * @param shape of one example
   * @param data what examples are labelled with
   */
  public ModelFactory(Storage storage, int[] shape, DataConfig data) {
    this.storage = storage;
    this.shape = shape;
    this.classes = data.numClasses();
    this.labelType = data.labelType();
  }

  /**
   * A factory for examples that have a class each.
   *
   * @param storage where model files are read
   * @param shape of one example
   * @param classes of the data
   */
  public ModelFactory(Storage storage, int[] shape, int classes) {
    this.storage = storage;
    this.shape = shape;
    this.classes = classes;
    this.labelType = LabelType.CLASS;
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
    if (architecture instanceof OnnxFile) {
      throw new UserException(
          "'%s' is an OnnxFile, which cannot learn: only a frozen teacher can be one"
              .formatted(key));
    }
    ComputationGraphConfiguration conf =
        architecture instanceof ModelFile file
            ? reseeded(read(file, key).getConfiguration(), seed)
            : new Zoo(shape, classes).configuration(architecture, key, seed);
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
   * A frozen teacher, of whatever kind.
   *
   * @param architecture what the config says
   * @param checkpoint the file of its weights; null where the architecture is one
   * @param normEval whether its BatchNorms use the statistics that they have while it teaches
   * @param key where the config names the architecture
   * @param checkpointKey where it names the file
   */
  public TeacherModel frozenTeacher(
      ArchitectureConfig architecture,
      String checkpoint,
      boolean normEval,
      String key,
      String checkpointKey) {
    if (!(architecture instanceof OnnxFile file)) {
      return new GraphTeacher(
          teacher(architecture, checkpoint, key, checkpointKey), input(), normEval);
    }
    if (checkpoint != null) {
      throw new UserException(
          "'%s' names a file of weights, but '%s' is an OnnxFile, which holds its own: leave it out"
              .formatted(checkpointKey, key));
    }
    if (!normEval) {
      throw new UserException(
          "'algorithm.teacher_norm_eval' is false, but '%s' is an OnnxFile, which runs as it was exported: leave it out"
              .formatted(key));
    }
    return new OnnxTeacher(OnnxModels.read(storage, file, key + ".path", key, shape, scores()));
  }

  /**
   * A model file of whatever kind, as it is evaluated.
   *
   * @param path a DL4J zip, or a file whose name ends as ONNX's do
   * @param key the argument that names it
   * @throws UserException when it does not fit the data, or is no classifier
   */
  public FrozenTeacher classifier(String path, String key) {
    TeacherModel model =
        OnnxModel.isOnnx(path)
            ? new OnnxTeacher(
                OnnxModels.read(storage, OnnxFile.of(path), key, key, shape, scores()))
            : new GraphTeacher(file(path, key), input(), true);
    FrozenTeacher classifier = model.classifier();
    if (classifier == null) {
      throw new UserException(
          "Model file %s puts out no scores of %d classes, 'data.num_classes', so it cannot be evaluated"
              .formatted(path, classes));
    }
    return classifier;
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

  /** The shape of what a network says of an example. */
  private List<Long> scores() {
    return labelType == LabelType.MAP
        ? List.of((long) classes, (long) shape[1], (long) shape[2])
        : List.of((long) classes);
  }

  private ComputationGraph read(ModelFile file, String key) {
    return read(file.path(), key + ".path");
  }

  private ComputationGraph read(String path, String key) {
    return io.limbeck.dl4j.store.ModelFile.read(storage.read(path, key), path);
  }

  private void requireClasses(ComputationGraphConfiguration conf, String key) {
    ComputationGraphConfiguration logitsForm = LogitsForm.of(conf);
    if (LogitsForm.isDense(logitsForm) != (labelType == LabelType.MAP)) {
      throw new UserException(
          labelType == LabelType.MAP
              ? "'%s' tells the class of an example, but 'data.label_type' is map, a class of each pixel: a SegmentationCnn tells them, or a model that ends with a CnnLossLayer"
                  .formatted(key)
              : "'%s' tells the class of each pixel, but 'data.label_type' is class: with maps of labels it is map"
                  .formatted(key));
    }
    OptionalLong found = LogitsForm.classes(logitsForm, LogitsForm.logits(logitsForm));
    if (found.isPresent() && found.getAsLong() != classes) {
      throw new UserException(
          "'%s' has %d classes but 'data.num_classes' is %d"
              .formatted(key, found.getAsLong(), classes));
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
