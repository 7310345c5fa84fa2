package io.limbeck.spark.job;

import io.limbeck.spark.console.Console;
import io.limbeck.spark.storage.Storage;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What experiments run in.
 *
 * @param spark the session
 * @param console where progress and the table go
 * @param resumes whether to go on from the checkpoints in the output folder, if there are any
 * @param stop asked after every round whether to keep a checkpoint and stop
 */
record Job(SparkSession spark, Console console, boolean resumes, BooleanSupplier stop) {

  JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  Storage storage() {
    return new Storage(spark.sparkContext().hadoopConfiguration());
  }
}
