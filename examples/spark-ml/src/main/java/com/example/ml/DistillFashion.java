package com.example.ml;

import io.limbeck.spark.ml.DistillationClassificationModel;
import io.limbeck.spark.ml.DistillationClassifier;
import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Distils the quick start's student from data frames, saves it, reads it and predicts. Arguments:
 * the experiment, the folder of the data, where the model goes, and any keys to override.
 */
public final class DistillFashion {
  private DistillFashion() {}

  /** Runs the example under {@code spark-submit}. */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark =
        SparkSession.builder().appName("distil with Spark ML").getOrCreate()) {
      String[] overrides = Arrays.copyOfRange(args, 3, args.length);
      double accuracy = run(spark, args[0], args[1], args[2], overrides);
      System.out.printf("accuracy on test examples: %.2f %%%n", 100 * accuracy);
    }
  }

  static double run(
      SparkSession spark, String experiment, String data, String model, String... overrides)
      throws IOException {
    Dataset<Row> train = spark.read().parquet(data + "/train.parquet");
    Dataset<Row> validation = spark.read().parquet(data + "/validation.parquet");
    Dataset<Row> test = spark.read().parquet(data + "/test.parquet");

    Dataset<Row> examples =
        train
            .withColumn("held_out", functions.lit(false))
            .union(validation.withColumn("held_out", functions.lit(true)));
    DistillationClassificationModel student =
        new DistillationClassifier()
            .setConfigFile(experiment)
            .setOverrides(overrides)
            .setFeaturesCol("image")
            .setLabelCol("label")
            .setValidationIndicatorCol("held_out")
            .fit(examples);
    student.write().overwrite().save(model);

    Dataset<Row> predicted = DistillationClassificationModel.load(model).transform(test);
    predicted.select("label", "prediction", "probability", "logits").show(5);
    return new MulticlassClassificationEvaluator()
        .setLabelCol("label")
        .setMetricName("accuracy")
        .evaluate(predicted);
  }
}
