package io.limbeck.benchmarks.peer;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Our time over a peer's.
 *
 * @param ratio the median of the turns'
 * @param least of them
 * @param most of them
 */
record Ratios(double ratio, double least, double most) {

  /** Turn by turn. */
  static Ratios of(List<Double> ours, List<Double> theirs) {
    List<Double> ratios =
        IntStream.range(0, ours.size())
            .mapToObj(i -> ours.get(i) / theirs.get(i))
            .sorted()
            .toList();
    return new Ratios(ratios.get(ratios.size() / 2), ratios.get(0), ratios.get(ratios.size() - 1));
  }

  /** From the least to the most, for people. */
  String range() {
    return "%.2f - %.2f".formatted(least, most);
  }
}
