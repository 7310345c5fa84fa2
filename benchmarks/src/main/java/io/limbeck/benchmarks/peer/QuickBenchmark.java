package io.limbeck.benchmarks.peer;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Limbeck's side alone, in units of a matrix product that runs in turn with it, beside what was
 * recorded: whether something has become slower, in two minutes and without the peer.
 */
public final class QuickBenchmark {
  private static final int SIDE = 768;
  private static final int PRODUCTS = 5;
  private static final int TURNS = 7;

  /** So much slower than recorded may be the machine, or another one of its kind. */
  private static final double NOISE = 1.4;

  private static final List<Case> CASES =
      List.of(
          new Case(Work.TEACHER_FORWARD, "resnet20", "resnet56", 64),
          new Case(Work.EVALUATION, "resnet20", "resnet56", 64),
          new Case(Work.STUDENT_STEP, "resnet20", "resnet56", 64),
          new Case(Work.CACHED_STEP, "resnet20", "resnet56", 64),
          new Case(Work.KD_STEP, "resnet20", "resnet56", 64),
          new Case(Work.FITNETS_STEP, "resnet20", "resnet56", 64),
          new Case(Work.OFD_STEP, "wrn-16-2", "wrn-40-2", 64),
          new Case(Work.KD_STEP, "mlp-1024-512", "mlp-2048-2048", 64));

  private final INDArray left = Nd4j.rand(SIDE, SIDE);
  private final INDArray right = Nd4j.rand(SIDE, SIDE);
  private final INDArray product = Nd4j.create(SIDE, SIDE);

  private QuickBenchmark() {}

  /**
   * A case.
   *
   * @param label of it
   * @param products that take as long
   * @param recorded how many they were
   */
  record Row(String label, double products, double recorded) {
    boolean isSlower() {
      return products > NOISE * recorded;
    }

    @Override
    public String toString() {
      return "%-56s %7.2f products of matrices, recorded %7.2f%s"
          .formatted(label, products, recorded, isSlower() ? "  SLOWER" : "");
    }
  }

  /** Measures; ends with 1 where something is slower than it was by more than noise. */
  public static void main(String[] args) throws IOException {
    List<Row> rows = measure();
    rows.forEach(System.out::println);
    if (rows.stream().anyMatch(Row::isSlower)) {
      System.exit(1);
    }
  }

  /** All cases. */
  static List<Row> measure() throws IOException {
    Map<String, Double> recorded = recorded();
    QuickBenchmark benchmark = new QuickBenchmark();
    List<Row> rows = new ArrayList<>();
    for (Case each : CASES) {
      rows.add(new Row(each.label(), benchmark.products(each), recorded.get(each.label())));
    }
    return rows;
  }

  private static Map<String, Double> recorded() throws IOException {
    try (InputStream file = QuickBenchmark.class.getResourceAsStream("recorded.json")) {
      return new ObjectMapper()
          .readValue(file, new TypeReference<LinkedHashMap<String, Double>>() {});
    }
  }

  private double products(Case of) {
    Ours ours = new Ours(of);
    List<Double> ratios = new ArrayList<>();
    for (int turn = 0; turn < 2 * TURNS; turn++) {
      ratios.add(ours.milliseconds() / product());
    }
    List<Double> warm = ratios.subList(TURNS, 2 * TURNS).stream().sorted().toList();
    return warm.get(TURNS / 2);
  }

  private double product() {
    long start = System.nanoTime();
    for (int i = 0; i < PRODUCTS; i++) {
      left.mmuli(right, product);
    }
    return (System.nanoTime() - start) / 1e6 / PRODUCTS;
  }
}
