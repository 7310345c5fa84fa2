package io.limbeck.spark.monitor;

import org.apache.spark.SparkContext;

/** What Spark's UI calls the jobs of this thread, as a program of somebody's has set it. */
public final class JobDescription implements AutoCloseable {
  private static final String PROPERTY = "spark.job.description";

  private final SparkContext spark;
  private final String before;

  private JobDescription(SparkContext spark) {
    this.spark = spark;
    this.before = spark.getLocalProperty(PROPERTY);
  }

  /**
   * Notes it, to put it back when closed: in between, jobs are called by what they do here.
   *
   * @param spark the application's context
   */
  public static JobDescription noted(SparkContext spark) {
    return new JobDescription(spark);
  }

  @Override
  public void close() {
    spark.setLocalProperty(PROPERTY, before);
  }
}
