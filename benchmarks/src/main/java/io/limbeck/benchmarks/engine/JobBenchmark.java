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
    JsonNode plain = report("local[2]", "plain", "student_alone=true");
    report("local[2]", "filled", "repeats=1", "student_alone=false", cache);
    List<Double> cached = new ArrayList<>();
    List<Double> executors = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    for (int seed : SEEDS) {
      JsonNode both =
          report("local[2]", "cached-" + seed, ofSeed(seed, "student_alone=true", cache));
      cached.add(seconds(both, "distilled") / seconds(both, "student_alone"));
      double one = seconds(onExecutors(1, seed), "distilled");
      executors.add(one / seconds(onExecutors(2, seed), "distilled"));
      products.add(MachineScaling.twoToOne());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "the quick start; a job's figure is the median of its epochs");
    result.put("student_alone_seconds_per_epoch", seconds(plain, "student_alone"));
    result.put("uncached_seconds_per_epoch", seconds(plain, "distilled"));
    result.put(
        "uncached_to_student_alone", seconds(plain, "distilled") / seconds(plain, "student_alone"));
    result.put("share_of_a_round_that_is_not_a_step", 1 - median(plain, "distilled", "step_share"));
    put(result, "cached_to_student_alone", cached);
    put(result, "two_executors_to_one", executors);
    put(result, "two_processes_to_one_matrix_products", products);
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

  private JsonNode onExecutors(int executors, int seed) throws IOException, InterruptedException {
    String name = "executors-" + executors + "-" + seed;
    try (PinnedCluster cluster =
        new PinnedCluster(root, folder.resolve(name + "-cluster"), executors)) {
      return report(cluster.master(), name, ofSeed(seed, "student_alone=false"));
    }
  }

  private JsonNode report(String master, String name, String... overrides)
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
    Process job = new Submit(root).limbeck(master, List.of(), arguments).inheritIO().start();
    if (job.waitFor() != 0) {
      throw new IllegalStateException("The job failed: " + arguments);
    }
    return new ObjectMapper().readTree(out.resolve("report.json").toFile());
  }

  private static double seconds(JsonNode report, String series) {
    return report.at("/examples/train").asDouble() / median(report, series, "examples_per_second");
  }

  private static double median(JsonNode report, String series, String figure) {
    List<Double> values = new ArrayList<>();
    for (JsonNode run : report.at("/" + series + "/runs")) {
      run.get("epochs").forEach(epoch -> values.add(epoch.get(figure).asDouble()));
    }
    return Figures.median(values);
  }
}
