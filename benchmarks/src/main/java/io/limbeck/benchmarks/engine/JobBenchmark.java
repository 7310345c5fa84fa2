package io.limbeck.benchmarks.engine;

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
import java.util.function.ToIntFunction;
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
  private final Jobs jobs;

  private JobBenchmark(Jobs jobs) {
    this.jobs = jobs;
  }

  /**
   * Measures.
   *
   * @param args the repository's folder, a folder for {@code jobs.json}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of(args[1]).toAbsolutePath());
    JobBenchmark benchmark = new JobBenchmark(new Jobs(Path.of(args[0]).toAbsolutePath(), folder));
    String json =
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(benchmark.measure());
    Files.writeString(folder.resolve("jobs.json"), json);
    System.out.println(json);
  }

  private Map<String, Object> measure() throws IOException, InterruptedException {
    // One of an earlier build may hold other last bits.
    delete(jobs.folder().resolve("cache"));
    String cache = "teacher_cache={path: " + jobs.folder().resolve("cache") + "}";
    Jobs.Outcome plain = jobs.locally("plain", "student_alone=true");
    jobs.locally("filled", "repeats=1", "student_alone=false", cache);
    List<Double> cached = new ArrayList<>();
    for (int seed : SEEDS) {
      Jobs.Outcome both =
          jobs.locally("cached-" + seed, Jobs.ofSeed(seed, "student_alone=true", cache));
      cached.add(both.epoch("distilled") / both.epoch("student_alone"));
    }
    ExecutorScaling executors = new ExecutorScaling(jobs);
    Map<String, List<Double>> scaling = executors.measure(SEEDS);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "the quick start; a job's figure is the median of its epochs");
    result.put("student_alone_seconds_per_epoch", plain.epoch("student_alone"));
    result.put("uncached_seconds_per_epoch", plain.epoch("distilled"));
    result.put(
        "uncached_to_student_alone", plain.epoch("distilled") / plain.epoch("student_alone"));
    result.put("share_of_a_round_that_is_not_a_step", 1 - plain.median("distilled", "step_share"));
    put(result, "cached_to_student_alone", cached);
    scaling.forEach((figure, ratios) -> put(result, figure, ratios));
    result.put("seconds", plain.report().get("seconds"));
    result.put("seconds_with_the_launcher", plain.seconds());
    result.put("peak_mib_of_local_job", plain.peaks().driverMib());
    result.put("peak_mib_of_driver", most(executors.peaks(), Peaks::driverMib));
    result.put("peak_mib_of_executor", most(executors.peaks(), Peaks::executorMib));
    return result;
  }

  private static void put(Map<String, Object> result, String figure, List<Double> ratios) {
    result.put(figure, Figures.median(ratios));
    result.put(figure + "_by_seed", ratios);
  }

  private static int most(List<Peaks> peaks, ToIntFunction<Peaks> figure) {
    return peaks.stream().mapToInt(figure).max().orElseThrow();
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
}
