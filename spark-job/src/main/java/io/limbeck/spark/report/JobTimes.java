package io.limbeck.spark.report;

import java.util.Locale;

/**
 * Where a job's wall time went, in seconds. Where it went on from checkpoints, the time of the job
 * before it does not count.
 *
 * @param startUp of Java, Spark and ND4J; next to nothing where a program had them before
 * @param preparation from the config to networks that have been tried
 * @param data reading and dealing examples
 * @param evaluation of teachers and students
 * @param rounds training
 * @param steps of that, what each round's longest partition spent in its steps
 * @param rest checkpoints, models, broadcasts
 * @param total of all but {@code steps}
 */
public record JobTimes(
    double startUp,
    double preparation,
    double data,
    double evaluation,
    double rounds,
    double steps,
    double rest,
    double total) {

  /** No time at all. */
  public static final JobTimes NONE = new JobTimes(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Both together.
   *
   * @param other of the same job
   */
  public JobTimes plus(JobTimes other) {
    return new JobTimes(
        startUp + other.startUp,
        preparation + other.preparation,
        data + other.data,
        evaluation + other.evaluation,
        rounds + other.rounds,
        steps + other.steps,
        rest + other.rest,
        total + other.total);
  }

  /** A line for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f s: start-up %.1f, preparation %.1f, data %.1f, evaluation %.1f, rounds %.1f (steps %.1f), the rest %.1f",
        total,
        startUp,
        preparation,
        data,
        evaluation,
        rounds,
        steps,
        rest);
  }
}
