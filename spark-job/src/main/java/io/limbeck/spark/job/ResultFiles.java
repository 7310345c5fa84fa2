package io.limbeck.spark.job;

import io.limbeck.dl4j.store.ArrayFile;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.ReportPage;
import io.limbeck.spark.storage.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What an experiment leaves for others: models, connectors and a report.
 *
 * @param storage where its folder is
 * @param dir its output folder
 */
record ResultFiles(Storage storage, String dir) {

  /** The name of the file of the network that an experiment is about. */
  static String model(Mode mode) {
    return mode == Mode.DISTILLED ? "student.zip" : "model.zip";
  }

  /** The name of the file of one that learnt beside it. */
  static String beside(String network) {
    return "beside/" + network + ".zip";
  }

  /** The names of all files that there may be, with these networks beside. */
  static List<String> names(Map<String, ?> others) {
    List<String> names =
        new ArrayList<>(
            List.of(
                "student.zip", "model.zip", "connectors.npz", "generator.zip", "generated.png"));
    if (others != null) {
      others.keySet().forEach(network -> names.add(beside(network)));
    }
    return names;
  }

  /**
   * Writes models.
   *
   * @param mode what they learnt from what
   * @param models by name, that which the experiment is about first
   */
  void write(Mode mode, Map<String, byte[]> models) {
    String first = models.keySet().iterator().next();
    models.forEach(
        (name, model) ->
            storage.write(dir + "/" + (name.equals(first) ? model(mode) : beside(name)), model));
  }

  /** Writes the report. Its JSON is the last file of an experiment: where it is, all others are. */
  void writeReport(Report report) {
    storage.write(dir + "/report.html", ReportPage.of(report));
    storage.write(dir + "/report.json", report.toJson());
  }

  /**
   * Writes what connectors and losses have learnt, if there is anything.
   *
   * @param arrays flat, by full name
   */
  void writeConnectors(Map<String, float[]> arrays) {
    if (!arrays.isEmpty()) {
      Map<String, INDArray> all = new LinkedHashMap<>();
      arrays.forEach((name, values) -> all.put(name, Nd4j.createFromArray(values)));
      storage.write(dir + "/connectors.npz", ArrayFile.write(all));
    }
  }
}
