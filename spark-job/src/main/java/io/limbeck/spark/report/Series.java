package io.limbeck.spark.report;

import java.util.List;

/**
 * One figure over several seeds.
 *
 * @param mean of the runs
 * @param std sample standard deviation; 0 for a single run
 * @param runs in the order of the seeds
 */
public record Series(double mean, double std, List<Double> runs) {

  /**
   * From the runs.
   *
   * @param runs at least one
   */
  public static Series of(List<Double> runs) {
    double mean = runs.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = runs.stream().mapToDouble(run -> (run - mean) * (run - mean)).sum();
    return new Series(
        mean, runs.size() < 2 ? 0 : Math.sqrt(squares / (runs.size() - 1)), List.copyOf(runs));
  }
}
