package io.limbeck.benchmarks.engine;

import io.limbeck.benchmarks.peer.StepScaling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Examples a second on two executors of one core over those on one. The driver, which would have a
 * core of its own elsewhere, shares the two with them.
 */
final class ExecutorScaling {
  /** The quick start: averages after a quarter of a second. */
  private static final Setting SHORT_ROUNDS = new Setting("short_rounds", List.of());

  /** A student as large as those of papers, averaged once an epoch, which takes six seconds. */
  private static final Setting LONG_ROUNDS =
      new Setting(
          "long_rounds",
          List.of(
              "algorithm.architecture={type: CifarResNet, depth: 20}",
              "averaging.frequency=94",
              "schedule.epochs=3"));

  private final Jobs jobs;
  private final List<Peaks> peaks = new ArrayList<>();

  ExecutorScaling(Jobs jobs) {
    this.jobs = jobs;
  }

  /**
   * Measures.
   *
   * @param seeds one after the other
   * @return ratios of each setting, and of plain processes beside them
   */
  Map<String, List<Double>> measure(List<Integer> seeds) throws IOException, InterruptedException {
    Map<String, List<Double>> ratios = new LinkedHashMap<>();
    for (int seed : seeds) {
      for (Setting setting : List.of(SHORT_ROUNDS, LONG_ROUNDS)) {
        double one = epoch(1, seed, setting);
        double two = epoch(2, seed, setting);
        add(ratios, "two_executors_to_one_" + setting.name(), one / two);
      }
      add(ratios, "two_processes_to_one", StepScaling.twoToOne());
    }
    return ratios;
  }

  /** What the jobs at the quick start's settings had of memory. */
  List<Peaks> peaks() {
    return peaks;
  }

  private static void add(Map<String, List<Double>> ratios, String figure, double ratio) {
    ratios.computeIfAbsent(figure, each -> new ArrayList<>()).add(ratio);
    System.out.println(figure + " " + ratio);
  }

  private double epoch(int executors, int seed, Setting setting)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome =
        jobs.onExecutors(
            executors,
            "executors-%d-%s-%d".formatted(executors, setting.name(), seed),
            Jobs.ofSeed(seed, setting.overrides()));
    if (setting.equals(SHORT_ROUNDS)) {
      peaks.add(outcome.peaks());
    }
    return outcome.epoch("distilled");
  }

  /** What is set beside the quick start's. */
  private record Setting(String name, List<String> changes) {
    String[] overrides() {
      return Stream.concat(Stream.of("student_alone=false"), changes.stream())
          .toArray(String[]::new);
    }
  }
}
