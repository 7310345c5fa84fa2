package io.limbeck.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Binder;
import io.limbeck.core.schema.Families;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;

/** Reads experiment files. */
public final class ConfigReader {
  private final Binder<ExperimentConfig> binder = new Binder<>(ExperimentConfig.class, families());

  /** All losses, connectors and recorders that have a name, of every jar on the class path. */
  public static Families families() {
    Families families = Families.none();
    for (TypeProvider provider : ServiceLoader.load(TypeProvider.class)) {
      families = provider.addTo(families);
    }
    return families;
  }

  /**
   * Reads a JSON or, by its ending {@code .yaml} or {@code .yml}, YAML file.
   *
   * @param file the file; the files that its {@code base} names are read from beside it
   * @param overrides {@code key=value} pairs that win over the file, keys dotted
   * @return the config, defaults filled in
   * @throws UserException with all problems that can be seen in the file alone
   */
  public ExperimentConfig read(Path file, List<String> overrides) {
    return binder.bind(ConfigTree.read(file, overrides));
  }

  /**
   * Reads an experiment that is a text, without {@code base} files.
   *
   * @param json the experiment
   * @param overrides {@code key=value} pairs that win over it, keys dotted
   * @return the config, defaults filled in
   * @throws UserException with all problems that can be seen in the text alone
   */
  public ExperimentConfig read(String json, List<String> overrides) {
    return binder.bind(ConfigTree.parse(json, overrides));
  }

  /**
   * A file as a text that stands for itself: what it takes from its {@code base} files is in it.
   *
   * @param file JSON or YAML
   * @return JSON, not checked yet
   * @throws UserException when one of the files cannot be read
   */
  public static String text(Path file) {
    return ConfigTree.read(file, List.of()).toPrettyString();
  }

  /**
   * A stage of a config as an experiment of its own.
   *
   * @param config one with stages
   * @param name of the stage
   * @param folderOf where an earlier stage's results are, and this one's go
   * @param seed of the run
   */
  public ExperimentConfig stage(
      ExperimentConfig config, String name, UnaryOperator<String> folderOf, long seed) {
    StageConfig stage = ((MultiStage) config.algorithm()).stages().get(name);
    ExperimentConfig run = stage(config, name, stage, stage.algorithm(), folderOf, seed);
    return binder.bind((ObjectNode) StageTree.resolve(toTree(run), folderOf));
  }

  /**
   * The last stage's student without any stage before it, and without a teacher.
   *
   * @param config one with stages
   * @param folderOf where its results go
   * @param seed of the run
   */
  public ExperimentConfig studentAlone(
      ExperimentConfig config, UnaryOperator<String> folderOf, long seed) {
    MultiStage stages = (MultiStage) config.algorithm();
    Supervised alone = new Supervised(stages.architecture());
    return stage(config, MultiStage.STUDENT_ALONE, stages.last(), alone, folderOf, seed);
  }

  private static ExperimentConfig stage(
      ExperimentConfig config,
      String name,
      StageConfig stage,
      AlgorithmConfig algorithm,
      UnaryOperator<String> folderOf,
      long seed) {
    return new ExperimentConfig(
        config.name() + "_" + name,
        seed,
        1,
        false,
        algorithm,
        stage.data(),
        stage.schedule(),
        stage.averaging(),
        config.checkpoint(),
        algorithm instanceof Supervised ? null : stage.teacherCache(),
        new OutputConfig(folderOf.apply(name), false, stage.epoch()));
  }

  /**
   * A config as a tree with every key written out, as it is kept beside the results.
   *
   * @param config the config
   */
  public JsonNode toTree(ExperimentConfig config) {
    return binder.toTree(config);
  }
}
