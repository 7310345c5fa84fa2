package io.limbeck.spark.job;

import io.limbeck.spark.checkpoint.RunProgress;
import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.monitor.Monitor;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.round.RoundSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.SparkContext;

/** Tells people how trainings of an experiment go, on the console and in Spark's UI. */
final class Narrator {
  private final SparkContext spark;
  private final Progress progress;
  private final String experiment;
  private final Map<String, DistillationEvent.TeacherScore> teachers;
  private final Map<String, Set<String>> gpus = new TreeMap<>();
  private Monitor monitor;

  /**
   * A narrator.
   *
   * @param spark the context
   * @param progress the console
   * @param experiment its name
   * @param teachers how good each one is
   */
  Narrator(
      SparkContext spark,
      Progress progress,
      String experiment,
      Map<String, DistillationEvent.TeacherScore> teachers) {
    this.spark = spark;
    this.progress = progress;
    this.experiment = experiment;
    this.teachers = teachers;
  }

  /**
   * A training begins.
   *
   * @param what is trained
   * @param seed of it
   * @param epochs of it
   * @param stepsPerEpoch mini-batches of the largest partition
   * @param before what an earlier job did
   * @param partBefore of the next epoch that it did, too
   */
  void begin(
      Mode what, long seed, int epochs, int stepsPerEpoch, RunProgress before, double partBefore) {
    progress.run(what.label() + " (seed " + seed + ")", epochs, before.epoch(), partBefore);
    monitor =
        Monitor.begin(
            spark,
            new DistillationEvent.Training(
                experiment, what.label(), seed, epochs, stepsPerEpoch, teachers, before.epochs()));
  }

  void round(RoundSummary done) {
    progress.round(done);
    monitor.round(done);
    done.gpus()
        .forEach(
            (executor, addresses) ->
                gpus.computeIfAbsent(executor, each -> new TreeSet<>()).addAll(addresses));
  }

  void epoch(EpochRecord done) {
    monitor.epoch(done);
  }

  void done(RunRecord record) {
    monitor.done(record);
  }

  /** Addresses of those that training ran on, by executor; null without any. */
  Map<String, List<String>> gpus() {
    Map<String, List<String>> sorted = new LinkedHashMap<>();
    gpus.forEach((executor, addresses) -> sorted.put(executor, List.copyOf(addresses)));
    return sorted.isEmpty() ? null : sorted;
  }

  /** Takes the line that tells how it goes away, for what comes next. */
  void clear() {
    progress.clear();
  }
}
