package io.limbeck.benchmarks.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs of the quick start, as a user starts them, and what they say of themselves.
 *
 * @param root the repository's folder
 * @param folder for what the jobs write
 */
record Jobs(Path root, Path folder) {

  /** What a job says of itself, and what it took. */
  record Outcome(JsonNode report, double seconds, Peaks peaks) {
    /** Seconds of the median epoch. */
    double epoch(String series) {
      return report.at("/examples/train").asDouble() / median(series, "examples_per_second");
    }

    /** The median of a figure of all epochs of all runs. */
    double median(String series, String figure) {
      List<Double> values = new ArrayList<>();
      for (JsonNode run : report.at("/" + series + "/runs")) {
        run.get("epochs").forEach(epoch -> values.add(epoch.get(figure).asDouble()));
      }
      return Figures.median(values);
    }
  }

  /** A job on this process's cores. */
  Outcome locally(String name, String... overrides) throws IOException, InterruptedException {
    return run("local[2]", List.of(), name, overrides);
  }

  /** A job on executors that have a core each. */
  Outcome onExecutors(int executors, String name, String... overrides)
      throws IOException, InterruptedException {
    try (PinnedCluster cluster =
        new PinnedCluster(root, folder.resolve(name + "-cluster"), executors)) {
      return run(cluster.master(), cluster.processes(), name, overrides);
    }
  }

  /** The overrides of a job of one run of this seed. */
  static String[] ofSeed(int seed, String... overrides) {
    return Stream.concat(Stream.of("repeats=1", "seed=" + seed), Stream.of(overrides))
        .toArray(String[]::new);
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
