package io.limbeck.spark.cli;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of commands that read configs. */
final class ConfigOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Override a key of the config, such as --set schedule.epochs=5. The value is read as YAML; null takes the key"
            + " away. May be given several times."
      })
  private List<String> overrides = new ArrayList<>();

  ExperimentConfig read(Path file) {
    return new ConfigReader().read(file, overrides);
  }
}
