package io.limbeck.spark.job;

import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.round.RoundSummary;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds up the rounds of an epoch. */
final class EpochTally {
  private final Map<String, Double> lossSums = new LinkedHashMap<>();
  private long examples;
  private double seconds;
  private double teacherShareSum;

  void add(RoundSummary round) {
    examples += round.examples();
    seconds += round.seconds();
    teacherShareSum += round.teacherShare() * round.examples();
    round
        .losses()
        .forEach((name, loss) -> lossSums.merge(name, loss * round.examples(), Double::sum));
  }

  double seconds() {
    return seconds;
  }

  EpochRecord record(int epoch, double learningRate, Split validation) {
    Map<String, Double> losses = new LinkedHashMap<>();
    lossSums.forEach((name, sum) -> losses.put(name, sum / examples));
    return new EpochRecord(
        epoch, losses, learningRate, validation, examples / seconds, teacherShareSum / examples);
  }
}
