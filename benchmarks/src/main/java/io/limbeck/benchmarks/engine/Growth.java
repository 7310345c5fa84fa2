package io.limbeck.benchmarks.engine;

import io.limbeck.spark.round.RoundSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.java.JavaSparkContext;

/** How the time of a round grows, with the exponent of the curve's upper half. */
final class Growth {
  private Growth() {}

  /**
   * A curve.
   *
   * @param name of what grows
   * @param unit of the times
   * @param x what grew
   * @param y the times
   * @param exponent of a power law through the upper half of the points
   */
  record Curve(String name, String unit, List<Double> x, List<Double> y, double exponent) {}

  static List<Curve> measure(JavaSparkContext spark) {
    ToDoubleFunction<RoundSummary> overhead =
        round -> 1000 * (round.seconds() - round.stepSeconds());
    ToDoubleFunction<RoundSummary> whole = round -> 1000 * round.seconds();
    return List.of(
        curve(
            spark,
            "overhead of a round over the student's parameters",
            new int[] {64, 256, 1024, 4096, 16384, 65536},
            hidden -> new Workload(Net.mlp(hidden), 2, 6, 1, 1),
            workload -> (double) workload.net().parameters(),
            overhead),
        curve(
            spark,
            "overhead of a round over partitions",
            new int[] {1, 2, 4, 8, 16, 32, 64},
            partitions -> new Workload(Net.mlp(64), partitions, 10, 1, 1),
            workload -> (double) workload.partitions(),
            overhead),
        curve(
            spark,
            "a round over its examples",
            new int[] {1, 4, 16, 64, 256},
            steps -> new Workload(Net.mlp(64), 2, 4, steps, 32),
            workload -> (double) workload.partitions() * workload.steps() * workload.batch(),
            whole));
  }

  private static Curve curve(
      JavaSparkContext spark,
      String name,
      int[] sizes,
      IntFunction<Workload> workloads,
      ToDoubleFunction<Workload> x,
      ToDoubleFunction<RoundSummary> y) {
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (int size : sizes) {
      Workload workload = workloads.apply(size);
      try (Workload.Training training = workload.new Training(spark)) {
        training.epoch();
        training.epoch();
        xs.add(x.applyAsDouble(workload));
        ys.add(
            Figures.median(
                training.summaries().stream().map(each -> y.applyAsDouble(each)).toList()));
      }
    }
    int half = xs.size() / 2;
    return new Curve(
        name,
        "ms",
        xs,
        ys,
        Figures.exponent(xs.subList(half, xs.size()), ys.subList(half, ys.size())));
  }

  static Map<String, Object> json(List<Curve> curves) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("benchmark", "growth of a round's time");
    json.put("curves", curves);
    return json;
  }
}
