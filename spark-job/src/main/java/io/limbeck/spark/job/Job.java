package io.limbeck.spark.job;

import io.limbeck.spark.storage.Storage;
import java.io.PrintStream;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What experiments run in.
 *
 * @param spark the session
 * @param out where progress and the table go
 * @param terminal whether {@code out} is a terminal
 * @param resumes whether to go on from the checkpoints in the output folder, if there are any
 * @param stop asked after every round whether to keep a checkpoint and stop
 */
record Job(
    SparkSession spark, PrintStream out, boolean terminal, boolean resumes, BooleanSupplier stop) {

  JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  Storage storage() {
    return new Storage(spark.sparkContext().hadoopConfiguration());
  }
}
