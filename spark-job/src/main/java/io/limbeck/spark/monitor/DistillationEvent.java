package io.limbeck.spark.monitor;

import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.round.RoundSummary;
import java.util.List;
import java.util.Map;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What happened in a training. Spark hands it to its listeners and writes it into its event log,
 * from which the history server reads it again: what is renamed here can no longer be read there.
 */
public sealed interface DistillationEvent extends SparkListenerEvent {
  /** Number of the training in this application, from 1. */
  int run();

  /** Milliseconds since 1970. */
  long time();

  /**
   * A training.
   *
   * @param experiment its name
   * @param title what is trained
   * @param seed of the training
   * @param epochs of it
   * @param stepsPerEpoch mini-batches of the largest partition
   * @param teachers how good each one is; empty without any
   * @param earlier epochs that another application did
   */
  record Training(
      String experiment,
      String title,
      long seed,
      int epochs,
      int stepsPerEpoch,
      Map<String, TeacherScore> teachers,
      List<EpochRecord> earlier) {

    /** The same without its earlier epochs. */
    Training withoutEarlier() {
      return new Training(experiment, title, seed, epochs, stepsPerEpoch, teachers, List.of());
    }
  }

  /**
   * How good a teacher is, by what students are compared by, 0 to 1.
   *
   * @param validation null without validation examples, or for a teacher that is no classifier
   * @param test null without test examples, or for a teacher that is no classifier
   */
  record TeacherScore(Double validation, Double test) {}

  /**
   * A training begins, or goes on from a checkpoint.
   *
   * @param run number of the training
   * @param time when
   * @param training which
   */
  record RunStarted(int run, long time, Training training) implements DistillationEvent {}

  /**
   * A round is done.
   *
   * @param run number of the training
   * @param time when
   * @param round what it did
   */
  record RoundDone(int run, long time, RoundSummary round) implements DistillationEvent {}

  /**
   * An epoch is done and evaluated.
   *
   * @param run number of the training
   * @param time when
   * @param epoch what it came to
   */
  record EpochDone(int run, long time, EpochRecord epoch) implements DistillationEvent {}

  /**
   * A training is done.
   *
   * @param run number of the training
   * @param time when
   * @param bestEpoch from 1
   * @param best its model's scores
   * @param last the last epoch's
   */
  record RunDone(
      int run, long time, int bestEpoch, RunRecord.Evaluated best, RunRecord.Evaluated last)
      implements DistillationEvent {}
}
