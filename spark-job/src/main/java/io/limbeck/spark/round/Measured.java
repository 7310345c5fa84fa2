package io.limbeck.spark.round;

import io.limbeck.spark.averaging.Drift;
import io.limbeck.spark.worker.WorkerResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What was measured of a round, over its partitions. */
final class Measured {
  private final List<WorkerResult> results;
  private final ToDoubleFunction<WorkerResult> weight;

  /**
   * Of a round.
   *
   * @param results those that are averaged
   * @param weight of each in the average
   */
  Measured(List<WorkerResult> results, ToDoubleFunction<WorkerResult> weight) {
    this.results = results;
    this.weight = weight;
  }

  long examples() {
    return sum(WorkerResult::examples);
  }

  Map<String, Double> losses() {
    long examples = examples();
    Map<String, Double> losses = new LinkedHashMap<>();
    for (WorkerResult result : results) {
      result.lossSums().forEach((name, sum) -> losses.merge(name, sum / examples, Double::sum));
    }
    return losses;
  }

  double stepSeconds() {
    return results.stream().mapToLong(each -> each.measures().stepNanos()).max().orElse(0) / 1e9;
  }

  double teacherShare() {
    return share(
        sum(each -> each.measures().teacherNanos()), sum(each -> each.measures().stepNanos()));
  }

  double cachedShare() {
    return share(sum(each -> each.measures().cachedExamples()), examples());
  }

  /**
   * How far the workers went apart.
   *
   * @param squaredMeanMove squared length of the way that their mean went
   */
  double drift(double squaredMeanMove) {
    Drift drift = new Drift();
    results.forEach(each -> drift.add(weight.applyAsDouble(each), each.measures().squaredMove()));
    return drift.of(squaredMeanMove);
  }

  Map<String, Long> examplesByExecutor() {
    Map<String, Long> byExecutor = new LinkedHashMap<>();
    for (WorkerResult result : results) {
      if (result.examples() > 0) {
        byExecutor.merge(result.measures().executor(), result.examples(), Long::sum);
      }
    }
    return byExecutor;
  }

  Map<String, List<String>> gpus() {
    Map<String, Set<String>> gpus = new TreeMap<>();
    for (WorkerResult result : results) {
      if (!result.measures().gpu().isEmpty()) {
        gpus.computeIfAbsent(result.measures().executor(), executor -> new TreeSet<>())
            .add(result.measures().gpu());
      }
    }
    Map<String, List<String>> sorted = new LinkedHashMap<>();
    gpus.forEach((executor, addresses) -> sorted.put(executor, List.copyOf(addresses)));
    return sorted;
  }

  private long sum(ToLongFunction<WorkerResult> of) {
    return results.stream().mapToLong(of).sum();
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
