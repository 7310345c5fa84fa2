package io.limbeck.spark.ml;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.source.Columns;
import io.limbeck.spark.source.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * An experiment on the rows of a data frame.
 *
 * @param text of its config
 * @param overrides {@code key=value} pairs that win over it
 * @param features column of the examples
 * @param label column of the labels
 * @param heldOut column that marks the rows to choose the best epoch on; null for none
 */
record FrameExperiment(
    String text, List<String> overrides, String features, String label, String heldOut) {

  /**
   * The config, with its data and its output where an estimator has them.
   *
   * @param dir of the output
   * @throws io.limbeck.core.error.UserException for a mistake in it
   */
  ExperimentConfig config(String dir) {
    String frame =
        "={\"format\":\"data_frame\",\"features\":%s,\"label\":%s}"
            .formatted(json(features), json(label));
    List<String> all = new ArrayList<>(overrides);
    all.add("data.train" + frame);
    all.add("data.validation" + (heldOut == null ? "=null" : frame));
    all.add("data.test=null");
    all.add("output={\"dir\":%s}".formatted(json(dir)));
    return new ConfigReader().read(text, all);
  }

  private static String json(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  /** The rows of each part. */
  Map<Part, Dataset<Row>> frames(Dataset<Row> rows) {
    if (heldOut == null) {
      return Map.of(Part.TRAIN, rows);
    }
    Column marked = Columns.ofFrame(rows.schema()).indicator(heldOut, "validationIndicatorCol");
    return Map.of(
        Part.TRAIN, rows.filter(functions.not(marked)), Part.VALIDATION, rows.filter(marked));
  }
}
