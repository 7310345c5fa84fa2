package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
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

  private final String interpreter;
  private final Path script;
  private final Path djlFolder;
  private final int threads;
  private final int turns;

  private PeerBenchmark(String interpreter, Path script, Path djlFolder, int threads, int turns) {
    this.interpreter = interpreter;
    this.script = script;
    this.djlFolder = djlFolder;
    this.threads = threads;
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
    PeerBenchmark benchmark =
        new PeerBenchmark(
            args[0], Path.of(args[1]), Path.of(args[2]), threads, Integer.parseInt(args[4]));
    Map<String, Object> result =
        benchmark.measure(cases().stream().filter(e -> e.label().contains(wanted)).toList());
    Files.writeString(
        Path.of(args[3]),
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result));
  }

  private Map<String, Object> measure(List<Case> cases) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "steps against PyTorch");
    try (Sides sides = sides()) {
      result.put("engine", sides.ours.version());
      result.put("pytorch", sides.python.version());
      result.put("djl_pytorch", sides.djl.version());
      System.out.printf(
          "Limbeck (%s) against PyTorch %s and, through DJL, %s, %d thread(s);%n"
              + "milliseconds; ours / theirs, the least and the most of it; peaks of resident memory, MiB%n",
          sides.ours.version(), sides.python.version(), sides.djl.version(), threads);
      System.out.println(Row.header(sides.python.version(), sides.djl.version()));
    }
    result.put("threads", threads);
    result.put("turns", turns);
    List<Row> rows = new ArrayList<>();
    for (Case each : cases) {
      Row row = measure(each);
      System.out.println(row);
      rows.add(row);
    }
    result.put("rows", rows.stream().map(Row::json).toList());
    return result;
  }

  /** Fresh processes for each case: what one leaves behind is not the next one's. */
  private record Sides(Peer ours, Peer python, Peer djl) implements AutoCloseable {
    List<Peer> all() {
      return List.of(ours, python, djl);
    }

    @Override
    public void close() {
      all().forEach(Peer::close);
    }
  }

  private Sides sides() throws IOException {
    return new Sides(
        Peer.limbeck(), Peer.python(interpreter, script, threads), Peer.djl(djlFolder, threads));
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

  private Row measure(Case of) throws IOException {
    try (Sides sides = sides()) {
      long ours = sides.ours.prepare(of);
      long theirs = sides.python.prepare(of);
      if (theirs != ours) {
        throw new IllegalStateException(
            "%s: %,d numbers learn here, %,d there".formatted(of, ours, theirs));
      }
      hand(of, sides);
      List<List<Double>> times = new ArrayList<>();
      for (Peer side : sides.all()) {
        median(side::milliseconds, WARM_UP_MILLIS);
        times.add(new ArrayList<>());
      }
      for (int turn = 0; turn < turns; turn++) {
        for (int side = 0; side < times.size(); side++) {
          times.get(side).add(median(sides.all().get(side)::milliseconds, TURN_MILLIS));
        }
      }
      return new Row(
          of.label(),
          times.get(0),
          times.get(1),
          times.get(2),
          sides.all().stream().map(Peer::peakMib).toList());
    }
  }

  /** Both releases of PyTorch run the same modules. */
  private static void hand(Case of, Sides sides) throws IOException {
    Path folder = Files.createTempDirectory("limbeck-peer");
    sides.python.export(folder);
    sides.djl.prepare(of, folder);
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
