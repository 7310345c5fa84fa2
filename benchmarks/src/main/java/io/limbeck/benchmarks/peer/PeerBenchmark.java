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
import java.util.stream.Stream;

/**
 * All sides in turn, a few times a case, so that what slows the machine for a while slows all of
 * them. What counts are the ratios of one turn; below 1 Limbeck is faster.
 */
public final class PeerBenchmark {
  private static final double WARM_UP_MILLIS = 3000;
  private static final double TURN_MILLIS = 700;

  private final Peer python;
  private final Peer djl;
  private final int turns;

  private PeerBenchmark(Peer python, Peer djl, int turns) {
    this.python = python;
    this.djl = djl;
    this.turns = turns;
  }

  /**
   * Measures.
   *
   * @param args the interpreter, the peer's script, the folder of the peer on DJL, a file for the
   *     result, turns of each case, and what the cases' names have to contain
   */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(System.getenv().getOrDefault("OMP_NUM_THREADS", "1"));
    String wanted = args.length > 5 ? args[5] : "";
    try (Peer python = Peer.python(args[0], Path.of(args[1]), threads);
        Peer djl = Peer.djl(Path.of(args[2]), threads)) {
      PeerBenchmark benchmark = new PeerBenchmark(python, djl, Integer.parseInt(args[4]));
      System.out.printf(
          "Limbeck (%s) against PyTorch %s and, through DJL, %s, %d thread(s);%n"
              + "milliseconds, ours / theirs, and the least and the most of it%n",
          CpuEngine.status().description(), python.version(), djl.version(), threads);
      System.out.printf(
          "%-44s %9s  %9s %6s %13s  %9s %6s %13s%n",
          "", "Limbeck", python.version(), "ratio", "", djl.version(), "ratio", "");
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("benchmark", "steps against PyTorch");
      result.put("engine", CpuEngine.status().description());
      result.put("pytorch", python.version());
      result.put("djl_pytorch", djl.version());
      result.put("threads", threads);
      result.put("turns", benchmark.turns);
      result.put(
          "rows",
          benchmark.measure(cases().stream().filter(e -> e.label().contains(wanted)).toList()));
      Files.writeString(
          Path.of(args[3]),
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

  private List<Map<String, Object>> measure(List<Case> cases) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Case each : cases) {
      rows.add(measure(each));
    }
    return rows;
  }

  private Map<String, Object> measure(Case of) throws IOException {
    Ours ours = new Ours(of);
    long theirs = python.prepare(of);
    if (theirs != ours.parameters()) {
      throw new IllegalStateException(
          "%s: %,d numbers learn here, %,d there".formatted(of, ours.parameters(), theirs));
    }
    hand(of);
    List<DoubleSupplier> sides =
        List.of(ours::milliseconds, python::milliseconds, djl::milliseconds);
    List<List<Double>> times = new ArrayList<>();
    for (DoubleSupplier side : sides) {
      median(side, WARM_UP_MILLIS);
      times.add(new ArrayList<>());
    }
    for (int turn = 0; turn < turns; turn++) {
      for (int side = 0; side < sides.size(); side++) {
        times.get(side).add(median(sides.get(side), TURN_MILLIS));
      }
    }
    Ratios toPython = Ratios.of(times.get(0), times.get(1));
    Ratios toDjl = Ratios.of(times.get(0), times.get(2));
    System.out.printf(
        "%-44s %9.1f  %9.1f %s  %9.1f %s%n",
        of.label(),
        median(times.get(0)),
        median(times.get(1)),
        toPython,
        median(times.get(2)),
        toDjl);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("case", of.label());
    row.put("limbeck_ms", times.get(0));
    row.put("pytorch_ms", times.get(1));
    row.put("djl_pytorch_ms", times.get(2));
    row.put("to_pytorch", toPython);
    row.put("to_djl_pytorch", toDjl);
    return row;
  }

  /** Both releases of PyTorch run the same modules. */
  private void hand(Case of) throws IOException {
    Path folder = Files.createTempDirectory("limbeck-peer");
    python.export(folder);
    djl.prepare(of, folder);
    try (Stream<Path> modules = Files.list(folder)) {
      for (Path each : modules.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder);
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

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
