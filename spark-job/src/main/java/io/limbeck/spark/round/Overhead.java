package io.limbeck.spark.round;

import io.limbeck.spark.averaging.RoundPlan;

/**
 * What rounds took beside their steps, in one epoch. The first round does not count where there are
 * others: networks are made in it.
 */
final class Overhead {
  private int rounds;
  private double overhead;
  private double inSteps;
  private int steps;

  void add(RoundSummary round) {
    if (rounds == 1) {
      overhead = 0;
      inSteps = 0;
      steps = 0;
    }
    rounds++;
    overhead += Math.max(0, round.seconds() - round.stepSeconds());
    inSteps += round.stepSeconds();
    steps += round.steps();
  }

  /** Steps between two averagings that the schedule wants after this; 0 where it does not care. */
  int frequency(RoundPlan plan) {
    return plan.measured(overhead / Math.max(1, rounds - 1), inSteps / steps);
  }
}
