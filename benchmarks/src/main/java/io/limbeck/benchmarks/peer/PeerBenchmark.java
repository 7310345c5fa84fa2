package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.limbeck.dl4j.engine.CpuEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Both sides in turn, a few times a case, so that what slows the machine for a while slows both.
 * What counts is the ratio of the two of one turn; below 1 Limbeck is faster.
 */
public final class PeerBenchmark {
  private static final double WARM_UP_MILLIS = 3000;
  private static final double TURN_MILLIS = 700;

  private PeerBenchmark() {}

  /**
   * Measures.
   *
   * @param args the interpreter, the peer's script, a file for the result, turns of each case, and
   *     what the cases' names have to contain
   */
  public static void main(String[] args) throws IOException {
    int turns = Integer.parseInt(args[3]);
    int threads = Integer.parseInt(System.getenv().getOrDefault("OMP_NUM_THREADS", "1"));
    List<Map<String, Object>> rows = new ArrayList<>();
    try (Torch torch = new Torch(args[0], Path.of(args[1]), threads)) {
      System.out.printf(
          "Limbeck (%s) against PyTorch %s, %d thread(s); milliseconds, and ours / theirs%n",
          CpuEngine.status().description(), torch.version(), threads);
      System.out.printf(
          "%-44s %9s %9s %7s %15s%n", "", "Limbeck", "PyTorch", "ratio", "of all turns");
      String wanted = args.length > 4 ? args[4] : "";
      for (Case each : cases()) {
        if (each.label().contains(wanted)) {
          rows.add(measure(each, torch, turns));
        }
      }
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("benchmark", "steps against PyTorch");
      result.put("engine", CpuEngine.status().description());
      result.put("pytorch", torch.version());
      result.put("threads", threads);
      result.put("turns", turns);
      result.put("rows", rows);
      Files.writeString(
          Path.of(args[2]),
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result));
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Work work : List.of(Work.TEACHER_FORWARD, Work.STUDENT_STEP, Work.KD_STEP)) {
      for (int batch : List.of(16, 64, 256)) {
        cases.add(new Case(work, "resnet20", "resnet56", batch));
      }
    }
    cases.add(new Case(Work.CACHED_STEP, "resnet20", "resnet56", 64));
    cases.add(new Case(Work.FITNETS_STEP, "resnet20", "resnet56", 64));
    cases.add(new Case(Work.EVALUATION, "resnet20", "resnet56", 256));
    cases.add(new Case(Work.STUDENT_STEP, "wrn-16-2", "wrn-40-2", 64));
    cases.add(new Case(Work.KD_STEP, "wrn-16-2", "wrn-40-2", 64));
    cases.add(new Case(Work.OFD_STEP, "wrn-16-2", "wrn-40-2", 64));
    cases.add(new Case(Work.STUDENT_STEP, "resnet18", "resnet34", 64));
    cases.add(new Case(Work.STUDENT_STEP, "mlp-1024-512", "mlp-2048-2048", 64));
    cases.add(new Case(Work.KD_STEP, "mlp-1024-512", "mlp-2048-2048", 64));
    return cases;
  }

  private static Map<String, Object> measure(Case of, Torch torch, int turns) {
    Ours ours = new Ours(of);
    long theirs = torch.prepare(of);
    if (theirs != ours.parameters()) {
      throw new IllegalStateException(
          "%s: %,d numbers learn here, %,d there".formatted(of, ours.parameters(), theirs));
    }
    median(ours::milliseconds, WARM_UP_MILLIS);
    median(torch::milliseconds, WARM_UP_MILLIS);
    List<Double> here = new ArrayList<>();
    List<Double> there = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int turn = 0; turn < turns; turn++) {
      here.add(median(ours::milliseconds, TURN_MILLIS));
      there.add(median(torch::milliseconds, TURN_MILLIS));
      ratios.add(here.get(turn) / there.get(turn));
    }
    double least = ratios.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double most = ratios.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    System.out.printf(
        "%-44s %9.1f %9.1f %7.2f %7.2f - %.2f%n",
        of.label(), median(here), median(there), median(ratios), least, most);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("case", of.label());
    row.put("limbeck_ms", here);
    row.put("pytorch_ms", there);
    row.put("ratio", median(ratios));
    row.put("least_ratio", least);
    row.put("most_ratio", most);
    return row;
  }

  /** As often as it fits, but at least three times. */
  private static double median(DoubleSupplier once, double millis) {
    List<Double> times = new ArrayList<>();
    double sum = 0;
    while (sum < millis || times.size() < 3) {
      times.add(once.getAsDouble());
      sum += times.get(times.size() - 1);
    }
    return median(times);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
