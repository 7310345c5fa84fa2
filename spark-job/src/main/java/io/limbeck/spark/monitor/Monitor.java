package io.limbeck.spark.monitor;

import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.round.RoundSummary;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;

/** Tells Spark's listeners how one training goes. */
public final class Monitor {
  private static final AtomicInteger RUNS = new AtomicInteger();

  private final SparkContext spark;
  private final int run = RUNS.incrementAndGet();

  private Monitor(SparkContext spark) {
    this.spark = spark;
  }

  /**
   * A training begins, or goes on.
   *
   * @param spark the context
   * @param training which
   */
  public static Monitor begin(SparkContext spark, DistillationEvent.Training training) {
    Monitor monitor = new Monitor(spark);
    monitor.post(new DistillationEvent.RunStarted(monitor.run, now(), training));
    return monitor;
  }

  /**
   * A round is done.
   *
   * @param round what it did
   */
  public void round(RoundSummary round) {
    post(new DistillationEvent.RoundDone(run, now(), round));
  }

  /**
   * An epoch is done and evaluated.
   *
   * @param epoch what it came to
   */
  public void epoch(EpochRecord epoch) {
    post(new DistillationEvent.EpochDone(run, now(), epoch));
  }

  /**
   * The training is done.
   *
   * @param record what it came to
   */
  public void done(RunRecord record) {
    post(
        new DistillationEvent.RunDone(
            run, now(), record.bestEpoch(), record.best(), record.last()));
  }

  private void post(DistillationEvent event) {
    spark.listenerBus().post(event);
  }

  private static long now() {
    return System.currentTimeMillis();
  }
}
