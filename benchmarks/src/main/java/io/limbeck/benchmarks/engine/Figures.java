package io.limbeck.benchmarks.engine;

import java.util.List;
import java.util.stream.DoubleStream;

/** Arithmetic on measurements. */
final class Figures {
  private Figures() {}

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The exponent {@code b} of {@code y = a x^b} by least squares of the logarithms. */
  static double exponent(List<Double> x, List<Double> y) {
    double[] logX = logarithms(x);
    double[] logY = logarithms(y);
    double meanX = DoubleStream.of(logX).average().orElseThrow();
    double meanY = DoubleStream.of(logY).average().orElseThrow();
    double above = 0;
    double below = 0;
    for (int i = 0; i < logX.length; i++) {
      above += (logX[i] - meanX) * (logY[i] - meanY);
      below += (logX[i] - meanX) * (logX[i] - meanX);
    }
    return above / below;
  }

  private static double[] logarithms(List<Double> values) {
    return values.stream().mapToDouble(Math::log).toArray();
  }
}
