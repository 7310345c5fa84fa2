package io.limbeck.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where an experiment's results go: whether there is something to go on with. */
final class OutputFolder {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final List<String> RESULTS =
      List.of(
          "checkpoints",
          "models",
          "stages",
          "student.zip",
          "model.zip",
          "generator.zip",
          "generated.png",
          "beside",
          "connectors.npz",
          "report.html",
          "report.json");

  private final Storage storage;
  private final String dir;

  /** A folder. */
  OutputFolder(Storage storage, String dir) {
    this.storage = storage;
    this.dir = dir;
  }

  /** The folder of all runs' checkpoints. */
  String checkpoints() {
    return dir + "/checkpoints";
  }

  /** Takes away what an earlier experiment left, so that nobody takes it for this one's. */
  void clear() {
    Folders folders = new Folders(storage);
    RESULTS.forEach(name -> folders.delete(dir + "/" + name));
  }

  /** Keeps the config as it is run. */
  void begin(ExperimentConfig config) {
    String json = new ConfigReader().toTree(config).toPrettyString() + "\n";
    storage.write(file(), json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether an experiment began here that a config continues.
   *
   * @throws UserException when the one that began is another
   */
  boolean isContinuedBy(ExperimentConfig config) {
    if (!storage.exists(file())) {
      return false;
    }
    List<String> differences = new ArrayList<>();
    try {
      JsonNode then = comparable(MAPPER.readTree(storage.read(file(), "output.dir")));
      JsonNode now = comparable(MAPPER.readTree(new ConfigReader().toTree(config).toString()));
      compare("", then, now, differences);
    } catch (IOException e) {
      throw new UserException(file() + " is damaged: " + e.getMessage(), e);
    }
    if (!differences.isEmpty()) {
      throw new UserException(
          "'output.dir' is \"%s\", where another experiment began, which this config does not continue: %s"
              .formatted(dir, String.join("; ", differences)));
    }
    return true;
  }

  private String file() {
    return dir + "/config.json";
  }

  /** Where results go, and how often they are kept, changes no bit of them. */
  private static JsonNode comparable(JsonNode config) {
    return config.isObject()
        ? ((ObjectNode) config.deepCopy()).without(List.of("output", "checkpoint"))
        : config;
  }

  private static void compare(String key, JsonNode then, JsonNode now, List<String> differences) {
    if (then.isObject() && now.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      then.fieldNames().forEachRemaining(names::add);
      now.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        compare(
            key.isEmpty() ? name : key + "." + name, then.path(name), now.path(name), differences);
      }
    } else if (!then.equals(now)) {
      differences.add("'%s' was %s and is %s".formatted(key, shown(then), shown(now)));
    }
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "not given" : value.toString();
  }
}
