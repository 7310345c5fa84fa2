package io.limbeck.spark.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An epoch so far, as sums over its rounds.
 *
 * @param lossSums each loss by name, over the examples
 * @param examples learnt from
 * @param seconds of the rounds
 * @param stepSeconds that the slowest partitions spent in their steps
 * @param teacherShareSum part of the step time spent in the teacher, over the examples
 */
public record EpochSums(
    Map<String, Double> lossSums,
    long examples,
    double seconds,
    double stepSeconds,
    double teacherShareSum) {
  /** Nothing yet. */
  public static final EpochSums NONE = new EpochSums(Map.of(), 0, 0, 0, 0);

  /**
   * With one more round.
   *
   * @param losses each loss by name, mean over the round's examples
   * @param roundExamples learnt from
   * @param roundSeconds wall time
   * @param roundStepSeconds the longest that a partition spent in its steps
   * @param teacherShare part of the step time spent in the teacher
   */
  public EpochSums plus(
      Map<String, Double> losses,
      long roundExamples,
      double roundSeconds,
      double roundStepSeconds,
      double teacherShare) {
    Map<String, Double> sums = new LinkedHashMap<>(lossSums);
    losses.forEach((name, loss) -> sums.merge(name, loss * roundExamples, Double::sum));
    return new EpochSums(
        sums,
        examples + roundExamples,
        seconds + roundSeconds,
        stepSeconds + roundStepSeconds,
        teacherShareSum + teacherShare * roundExamples);
  }

  /**
   * The epoch when it is over.
   *
   * @param epoch from 1
   * @param learningRate at its end
   * @param averagingSteps between its last two averagings
   * @param validation null without validation examples
   * @param others other networks on them, by name; null without any
   */
  public EpochRecord record(
      int epoch,
      double learningRate,
      int averagingSteps,
      Split validation,
      Map<String, Split> others) {
    Map<String, Double> losses = new LinkedHashMap<>();
    lossSums.forEach((name, sum) -> losses.put(name, sum / examples));
    return new EpochRecord(
        epoch,
        losses,
        learningRate,
        averagingSteps,
        validation,
        others,
        examples / seconds,
        stepSeconds / seconds,
        teacherShareSum / examples);
  }
}
