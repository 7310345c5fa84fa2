package io.limbeck.benchmarks.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Many rounds in one application: what is left of them. */
final class Leaks {
  private static final int TIMES = 10;
  private static final double MIB = 1 << 20;

  private Leaks() {}

  /**
   * What a JVM holds.
   *
   * @param round after how many
   * @param heapMib in use, after a collection
   * @param residentMib of the process, native memory among it
   * @param sparkMib that Spark keeps
   * @param persisted RDDs
   */
  record Held(int round, double heapMib, double residentMib, double sparkMib, int persisted) {}

  static Map<String, Object> measure(JavaSparkContext spark, int rounds) throws IOException {
    Workload workload = new Workload(Net.mlp(2048), 2, rounds / TIMES / 2, 1, 8);
    List<Held> held = new ArrayList<>();
    try (Workload.Training training = workload.new Training(spark)) {
      for (int i = 1; i <= TIMES; i++) {
        training.epoch();
        training.epoch();
        held.add(held(spark, 2 * i * workload.rounds()));
      }
    }
    Held middle = held.get(TIMES / 2 - 1);
    Held last = held.get(TIMES - 1);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", rounds + " rounds in one application");
    result.put("held", held);
    result.put("heap_growth_mib_of_second_half", last.heapMib() - middle.heapMib());
    result.put("resident_growth_mib_of_second_half", last.residentMib() - middle.residentMib());
    return result;
  }

  private static Held held(JavaSparkContext spark, int round) throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    double resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
            .findFirst()
            .orElseThrow();
    double kept =
        scala.collection.JavaConverters.mapAsJavaMap(spark.sc().getExecutorMemoryStatus())
            .values()
            .stream()
            .mapToDouble(status -> ((Long) status._1() - (Long) status._2()) / MIB)
            .sum();
    return new Held(
        round,
        (runtime.totalMemory() - runtime.freeMemory()) / MIB,
        resident,
        kept,
        spark.getPersistentRDDs().size());
  }
}
