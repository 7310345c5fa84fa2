package io.limbeck.spark.ml;

import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a training leaves: a network, how values become its inputs, and what it came to.
 *
 * @param zip DL4J's file
 * @param config the experiment, as JSON, every key written out
 * @param report its results
 */
record Student(byte[] zip, String config, Report report) {
  private static final String ZIP = "student.zip";
  private static final String CONFIG = "config.json";
  private static final String REPORT = "report.json";

  static Student load(Storage storage, String path) {
    return new Student(
        storage.read(path + "/" + ZIP, "path"),
        new String(storage.read(path + "/" + CONFIG, "path"), StandardCharsets.UTF_8),
        Report.ofJson(storage.read(path + "/" + REPORT, "path"), path + "/" + REPORT));
  }

  void save(Storage storage, String path) {
    storage.write(path + "/" + ZIP, zip);
    storage.write(path + "/" + CONFIG, config.getBytes(StandardCharsets.UTF_8));
    storage.write(path + "/" + REPORT, report.toJson());
  }

  ComputationGraph network() {
    return ModelFile.read(zip, ZIP);
  }

  /** The network as it travels, its logits as the only output. */
  FrozenNetwork frozen() {
    ComputationGraph network = network();
    ComputationGraphConfiguration logitsForm = LogitsForm.of(network.getConfiguration());
    return FrozenNetwork.of(logitsForm, network, List.of(LogitsForm.logits(logitsForm)));
  }

  int[] inputShape() {
    return ModelFile.inputShape(zip, ZIP)
        .orElseThrow(() -> new UserException(ZIP + " does not tell the shape of its input"));
  }

  /** What the experiment says of its examples. */
  DataConfig data() {
    return new ConfigReader().read(config, List.of()).data();
  }
}
