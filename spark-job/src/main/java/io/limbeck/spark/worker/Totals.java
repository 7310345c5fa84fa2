package io.limbeck.spark.worker;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What a run's tasks have done, as Spark's named accumulators, which its UI shows with each stage.
 * Every task adds to them once.
 *
 * @param examples learnt from
 * @param cachedExamples those of which the teacher's outputs were kept from before
 * @param stepMillis time in training steps
 * @param teacherMillis the teacher's part of it
 */
public record Totals(
    LongAccumulator examples,
    LongAccumulator cachedExamples,
    LongAccumulator stepMillis,
    LongAccumulator teacherMillis)
    implements Serializable {

  /**
   * Those of a new run.
   *
   * @param spark the context
   */
  public static Totals of(SparkContext spark) {
    return new Totals(
        spark.longAccumulator("examples learnt from"),
        spark.longAccumulator("examples from the teacher's cache"),
        spark.longAccumulator("milliseconds in steps"),
        spark.longAccumulator("milliseconds in the teacher"));
  }

  void add(WorkerResult result) {
    TaskMeasures measures = result.measures();
    examples.add(result.examples());
    cachedExamples.add(measures.cachedExamples());
    stepMillis.add(measures.stepNanos() / 1_000_000);
    teacherMillis.add(measures.teacherNanos() / 1_000_000);
  }
}
