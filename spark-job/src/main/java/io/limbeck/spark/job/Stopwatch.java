package io.limbeck.spark.job;

import io.limbeck.spark.report.JobTimes;
import io.limbeck.spark.round.RoundSummary;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Adds up where a job's time goes. */
final class Stopwatch {
  private final long started = System.nanoTime();
  private final Duration startUp;
  private final Map<Part, Double> seconds = new EnumMap<>(Part.class);
  private double rounds;
  private double steps;

  /** What is timed beside rounds. */
  enum Part {
    START_UP,
    PREPARATION,
    DATA,
    EVALUATION
  }

  /**
   * Starts.
   *
   * @param startUp what went before
   */
  Stopwatch(Duration startUp) {
    this.startUp = startUp;
  }

  /** Does something that counts as a part. */
  <T> T time(Part part, Supplier<T> work) {
    long begin = System.nanoTime();
    try {
      return work.get();
    } finally {
      seconds.merge(part, since(begin), Double::sum);
    }
  }

  /** A round is done. */
  void round(RoundSummary done) {
    rounds += done.seconds();
    steps += done.stepSeconds();
  }

  /** What it has come to. */
  JobTimes times() {
    double before = startUp.toMillis() / 1e3;
    double all = since(started);
    double parts = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    return new JobTimes(
        before + of(Part.START_UP),
        of(Part.PREPARATION),
        of(Part.DATA),
        of(Part.EVALUATION),
        rounds,
        steps,
        all - parts - rounds,
        before + all);
  }

  private double of(Part part) {
    return seconds.getOrDefault(part, 0.0);
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
