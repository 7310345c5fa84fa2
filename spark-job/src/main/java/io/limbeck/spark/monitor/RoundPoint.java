package io.limbeck.spark.monitor;

import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.RoundTimes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One or several rounds, one after the other, as a point of a chart. Times and examples are sums,
 * all else are means over examples.
 *
 * @param step of the training after the last of them
 * @param rounds how many
 * @param examples learnt from
 * @param losses each loss by name
 * @param learningRate of the rounds' first steps
 * @param averagingSteps between two averagings
 * @param drift how far the workers went apart, 0 to 1
 * @param times where the time went, in seconds
 * @param teacherShare part of the step time spent in the teacher, 0 to 1
 * @param cachedShare part of the examples of which the teacher's outputs were kept from before
 * @param examplesByExecutor how many each executor learnt from
 */
public record RoundPoint(
    int step,
    int rounds,
    long examples,
    Map<String, Double> losses,
    double learningRate,
    double averagingSteps,
    double drift,
    RoundTimes times,
    double teacherShare,
    double cachedShare,
    Map<String, Long> examplesByExecutor) {

  static RoundPoint of(RoundSummary round) {
    return new RoundPoint(
        round.stepsDone(),
        1,
        round.examples(),
        round.losses(),
        round.learningRate(),
        round.steps(),
        round.drift(),
        round.times(),
        round.teacherShare(),
        round.cachedShare(),
        round.examplesByExecutor());
  }

  /** Together with the rounds that come next. */
  RoundPoint with(RoundPoint next) {
    Map<String, Double> both = new LinkedHashMap<>(losses);
    next.losses.forEach(
        (name, loss) -> both.merge(name, loss, (before, after) -> mean(before, next, after)));
    Map<String, Long> byExecutor = new LinkedHashMap<>(examplesByExecutor);
    next.examplesByExecutor.forEach(
        (executor, count) -> byExecutor.merge(executor, count, Long::sum));
    return new RoundPoint(
        next.step,
        rounds + next.rounds,
        examples + next.examples,
        both,
        mean(learningRate, next, next.learningRate),
        mean(averagingSteps, next, next.averagingSteps),
        mean(drift, next, next.drift),
        new RoundTimes(
            times.total() + next.times.total(),
            times.broadcast() + next.times.broadcast(),
            times.steps() + next.times.steps(),
            times.waiting() + next.times.waiting(),
            times.reduce() + next.times.reduce()),
        mean(teacherShare, next, next.teacherShare),
        mean(cachedShare, next, next.cachedShare),
        byExecutor);
  }

  private double mean(double before, RoundPoint next, double after) {
    double all = examples + next.examples;
    return all == 0 ? after : (before * examples + after * next.examples) / all;
  }
}
