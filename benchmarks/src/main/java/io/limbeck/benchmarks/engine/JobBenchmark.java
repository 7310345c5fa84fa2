package io.limbeck.benchmarks.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whole jobs at the quick start's settings: how much of a round is not a step, what the teacher's
 * cache saves, and what a second executor brings. Jobs run one after the other; a job's figure is
 * the median of all its epochs, so that those in which Java is still compiling count as they do for
 * a user. What is compared runs in turns, one seed after the other, so that a machine that others
 * use as well slows both sides down; the figure is the median of the ratios, and all of them are
 * given.
 */
public final class JobBenchmark {
  private static final List<Integer> SEEDS = List.of(1, 2, 3);
  private final Path root;
  private final Path folder;

  private JobBenchmark(Path root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  /**
   * Measures.
   *
   * @param args the repository's folder, a folder for {@code jobs.json}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of(args[1]).toAbsolutePath());
    JobBenchmark benchmark = new JobBenchmark(Path.of(args[0]).toAbsolutePath(), folder);
    String json =
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(benchmark.measure());
    Files.writeString(folder.resolve("jobs.json"), json);
    System.out.println(json);
  }

  private Map<String, Object> measure() throws IOException, InterruptedException {
    // One of an earlier build may hold other last bits.
    delete(folder.resolve("cache"));
    String cache = "teacher_cache={path: " + folder.resolve("cache") + "}";
    Outcome plain = run("local[2]", "plain", "student_alone=true");
    run("local[2]", "filled", "repeats=1", "student_alone=false", cache);
    List<Double> cached = new ArrayList<>();
    List<Double> executors = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    List<Peaks> peaks = new ArrayList<>();
    for (int seed : SEEDS) {
      Outcome both = run("local[2]", "cached-" + seed, ofSeed(seed, "student_alone=true", cache));
      cached.add(both.epoch("distilled") / both.epoch("student_alone"));
      Outcome one = onExecutors(1, seed);
      Outcome two = onExecutors(2, seed);
      executors.add(one.epoch("distilled") / two.epoch("distilled"));
      peaks.add(one.peaks());
      products.add(MachineScaling.twoToOne());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "the quick start; a job's figure is the median of its epochs");
    result.put("student_alone_seconds_per_epoch", plain.epoch("student_alone"));
    result.put("uncached_seconds_per_epoch", plain.epoch("distilled"));
    result.put(
        "uncached_to_student_alone", plain.epoch("distilled") / plain.epoch("student_alone"));
    result.put("share_of_a_round_that_is_not_a_step", 1 - plain.median("distilled", "step_share"));
    put(result, "cached_to_student_alone", cached);
    put(result, "two_executors_to_one", executors);
    put(result, "two_processes_to_one_matrix_products", products);
    result.put("seconds", plain.report().get("seconds"));
    result.put("seconds_with_the_launcher", plain.seconds());
    result.put("peak_mib_of_local_job", plain.peaks().driverMib());
    result.put("peak_mib_of_driver", peaks.stream().mapToInt(Peaks::driverMib).max().orElseThrow());
    result.put(
        "peak_mib_of_executor", peaks.stream().mapToInt(Peaks::executorMib).max().orElseThrow());
    return result;
  }

  private static void put(Map<String, Object> result, String figure, List<Double> ratios) {
    result.put(figure, Figures.median(ratios));
    result.put(figure + "_by_seed", ratios);
  }

  private static String[] ofSeed(int seed, String... overrides) {
    return Stream.concat(Stream.of("repeats=1", "seed=" + seed), Stream.of(overrides))
        .toArray(String[]::new);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> inside = Files.walk(folder)) {
        for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private Outcome onExecutors(int executors, int seed) throws IOException, InterruptedException {
    String name = "executors-" + executors + "-" + seed;
    try (PinnedCluster cluster =
        new PinnedCluster(root, folder.resolve(name + "-cluster"), executors)) {
      return run(cluster.master(), cluster.processes(), name, ofSeed(seed, "student_alone=false"));
    }
  }

  private Outcome run(String master, String name, String... overrides)
      throws IOException, InterruptedException {
    return run(master, List.of(), name, overrides);
  }

  /** What a job says of itself, and what it took. */
  private record Outcome(JsonNode report, double seconds, Peaks peaks) {
    /** Seconds of the median epoch. */
    double epoch(String series) {
      return report.at("/examples/train").asDouble() / median(series, "examples_per_second");
    }

    double median(String series, String figure) {
      List<Double> values = new ArrayList<>();
      for (JsonNode run : report.at("/" + series + "/runs")) {
        run.get("epochs").forEach(epoch -> values.add(epoch.get(figure).asDouble()));
      }
      return Figures.median(values);
    }
  }

  private Outcome run(String master, List<Process> executors, String name, String... overrides)
      throws IOException, InterruptedException {
    Path out = folder.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "configs/quickstart/distill.json",
                "--set=output={dir: " + out + ", overwrite: true}"));
    for (String override : overrides) {
      arguments.add("--set=" + override);
    }
    long start = System.nanoTime();
    Process job = new Submit(root).limbeck(master, List.of(), arguments).inheritIO().start();
    Peaks peaks = Peaks.of(job, executors);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (job.exitValue() != 0) {
      throw new IllegalStateException("The job failed: " + arguments);
    }
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    return new Outcome(report, seconds, peaks);
  }
}
