package io.limbeck.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Binder;
import io.limbeck.core.schema.Families;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

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
   * A config as a tree with every key written out, as it is kept beside the results.
   *
   * @param config the config
   */
  public JsonNode toTree(ExperimentConfig config) {
    return binder.toTree(config);
  }
}
