package io.limbeck.spark.round;

/** Tells where a round's wall time goes. Started when it is made. */
final class RoundClock {
  private final long begin = System.nanoTime();
  private long sent = begin;
  private long tasksDone = begin;

  /** The round's state is on its way. */
  void sent() {
    sent = System.nanoTime();
  }

  /** All results are there. */
  void tasksDone() {
    tasksDone = System.nanoTime();
  }

  /**
   * The round is over.
   *
   * @param stepSeconds the longest that a partition spent in its steps
   */
  RoundTimes times(double stepSeconds) {
    long end = System.nanoTime();
    return new RoundTimes(
        seconds(begin, end),
        seconds(begin, sent),
        stepSeconds,
        Math.max(0, seconds(sent, tasksDone) - stepSeconds),
        seconds(tasksDone, end));
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
