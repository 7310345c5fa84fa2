package io.limbeck.spark.monitor;

import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.RoundTimes;
import java.util.List;
import java.util.Map;

/** Rounds, epochs and trainings for tests. */
public final class Rounds {
  public static final Split SPLIT =
      new Split(10, 0.75, 0.5, List.of(0.5, 1.0), null, null, null, null);

  private Rounds() {}

  public static RoundSummary round(int number, long examples, double loss) {
    return new RoundSummary(
        0,
        number,
        1000,
        5,
        5 * (number + 1),
        examples,
        Map.of("distill.loss_kl", loss),
        0.1,
        0.5,
        new RoundTimes(1.0, 0.1, 0.6, 0.2, 0.1),
        0.25,
        0,
        Map.of("1", examples),
        Map.of(),
        List.of());
  }

  public static EpochRecord epoch(int number) {
    return new EpochRecord(number, Map.of("distill.loss_kl", 1.0), 0.1, 5, SPLIT, null, 10, 0.5, 0);
  }

  public static DistillationEvent.Training training(String experiment) {
    return new DistillationEvent.Training(
        experiment,
        "distilled",
        3,
        2,
        50,
        Map.of("teacher", new DistillationEvent.TeacherScore(0.9, 0.8)),
        List.of(epoch(1)));
  }

  public static DistillationEvent.RunStarted started(int run) {
    return new DistillationEvent.RunStarted(run, 1000, training("kd"));
  }

  public static DistillationEvent.RunDone done(int run) {
    RunRecord.Evaluated scores = new RunRecord.Evaluated(SPLIT, null);
    return new DistillationEvent.RunDone(run, 9000, 1, scores, scores);
  }
}
