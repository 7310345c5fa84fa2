package io.limbeck.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.schema.SchemaMarkdown;
import io.limbeck.core.schema.Schemas;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the JSON Schema of configs. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = "Print the JSON Schema of config files, for editors.")
final class SchemaCommand implements Callable<Integer> {
  private static final String INTRODUCTION =
      """
      # Config reference

      An experiment is one JSON or YAML file. `base` (a file or a list of files, relative to the file that names them)
      lays it over other files, block by block; `null` takes a key away. `--set a.b.c=value` overrides a key.

      This page is made by `deploy/local/limbeck schema --markdown > docs/config.md`; a test compares it.\
      """;

  @Option(names = "--markdown", description = "Print a page for people instead.")
  private boolean markdown;

  @Override
  public Integer call() {
    JsonNode schema = Schemas.schemaOf(ExperimentConfig.class, ConfigReader.families());
    System.out.println(
        markdown ? SchemaMarkdown.of(schema, INTRODUCTION).strip() : schema.toPrettyString());
    return 0;
  }
}
