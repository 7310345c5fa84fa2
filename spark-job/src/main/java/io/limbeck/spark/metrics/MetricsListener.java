package io.limbeck.spark.metrics;

import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.monitor.DistillationEvent.EpochDone;
import io.limbeck.spark.monitor.DistillationEvent.RoundDone;
import io.limbeck.spark.monitor.DistillationEvent.RunStarted;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.RoundTimes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;

/** Makes metrics of what happens in trainings. They tell of the one that runs. */
public final class MetricsListener extends SparkListener {
  private final TrainingSource source = new TrainingSource();
  private DistillationEvent.Training training;
  private EpochRecord epoch;

  /**
   * A listener.
   *
   * @param system the driver's
   */
  public MetricsListener(MetricsSystem system) {
    system.registerSource(source);
  }

  @Override
  public void onOtherEvent(SparkListenerEvent event) {
    if (event instanceof RunStarted start) {
      training = start.training();
      epoch = null;
    } else if (event instanceof EpochDone done) {
      epoch = done.epoch();
    } else if (event instanceof RoundDone done && training != null) {
      source.set(metrics(done.run(), done.round()));
    }
  }

  private Map<String, Double> metrics(int run, RoundSummary round) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("run", (double) run);
    metrics.put("step", (double) round.stepsDone());
    double done = round.epoch() + (round.round() + 1.0) / round.rounds();
    metrics.put("epoch", done);
    metrics.put("progress", done / training.epochs());
    round.losses().forEach((name, loss) -> metrics.put("loss." + name, loss));
    metrics.put("learning_rate", round.learningRate());
    metrics.put("averaging_steps", (double) round.steps());
    metrics.put("drift", round.drift());
    metrics.put("teacher_share", round.teacherShare());
    metrics.put("cached_share", round.cachedShare());
    metrics.put("skipped_partitions", (double) round.skipped().size());
    metrics.put("examples_per_second", round.examples() / round.seconds());
    round
        .examplesByExecutor()
        .forEach(
            (executor, examples) ->
                metrics.put(
                    "executor." + executor + ".examples_per_second", examples / round.seconds()));
    RoundTimes times = round.times();
    metrics.put("round_seconds.total", times.total());
    metrics.put("round_seconds.steps", times.steps());
    metrics.put("round_seconds.waiting", times.waiting());
    metrics.put("round_seconds.reduce", times.reduce());
    metrics.put("round_seconds.broadcast", times.broadcast());
    if (epoch != null) {
      put(metrics, "validation.", epoch.validation());
    }
    // Beside the student's score on the same part.
    training
        .teachers()
        .forEach(
            (name, score) -> {
              if (score.validation() != null) {
                metrics.put("teacher." + name + ".score", score.validation());
              }
            });
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String prefix, Split split) {
    if (split != null) {
      metrics.put(prefix + "score", split.score());
      metrics.put(prefix + "cross_entropy", split.crossEntropy());
    }
  }
}
