package io.limbeck.benchmarks.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a case came to.
 *
 * @param label of the case
 * @param ours milliseconds of each turn
 * @param python the same in PyTorch's own language
 * @param djl the same of the newer PyTorch
 * @param peakMib the most memory that each one's process had
 */
record Row(
    String label, List<Double> ours, List<Double> python, List<Double> djl, List<Integer> peakMib) {
  private static final String LINE = "%-52s %9s  %9s %6s %-12s  %9s %6s %-12s %5s %6s %6s";

  /** The line above all rows. */
  static String header(String python, String djl) {
    return LINE.formatted("", "Limbeck", python, "", "", djl, "", "", "MiB", "", "");
  }

  @Override
  public String toString() {
    Ratios toPython = Ratios.of(ours, python);
    Ratios toDjl = Ratios.of(ours, djl);
    return LINE.formatted(
        label,
        "%.1f".formatted(PeerBenchmark.median(ours)),
        "%.1f".formatted(PeerBenchmark.median(python)),
        "%.2f".formatted(toPython.ratio()),
        toPython.range(),
        "%.1f".formatted(PeerBenchmark.median(djl)),
        "%.2f".formatted(toDjl.ratio()),
        toDjl.range(),
        peakMib.get(0),
        peakMib.get(1),
        peakMib.get(2));
  }

  /** For the file. */
  Map<String, Object> json() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("case", label);
    row.put("limbeck_ms", ours);
    row.put("pytorch_ms", python);
    row.put("djl_pytorch_ms", djl);
    row.put("to_pytorch", Ratios.of(ours, python));
    row.put("to_djl_pytorch", Ratios.of(ours, djl));
    row.put("limbeck_peak_mib", peakMib.get(0));
    row.put("pytorch_peak_mib", peakMib.get(1));
    row.put("djl_pytorch_peak_mib", peakMib.get(2));
    return row;
  }
}
