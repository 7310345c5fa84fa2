package io.limbeck.benchmarks.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The formulas of {@code docs/memory.md} against what jobs take: variants of the quick start, one
 * of the formulas' sizes changed in each. Outside the heap that is an executor's peak of resident
 * memory, its heap being resident from the start; of the heap it is whether a job runs with what
 * the formulas say and no more.
 */
public final class MemoryBenchmark {
  private static final Pattern PLAN =
      Pattern.compile(
          "memory +driver about ([\\d,]+) MiB of heap; each executor ([\\d,]+) MiB of heap beside the examples, ([\\d,]+) MiB");

  /** What Spark takes of every heap for itself, in MiB. */
  private static final int RESERVED = 300;

  /** What {@code spark.memory.fraction} leaves of the rest of an executor's. */
  private static final double OURS = 0.4;

  private static final int SMALLEST_HEAP = 512;

  /**
   * Enough for every variant, and resident from the start: what is resident beyond it is not heap.
   */
  private static final int ROOMY_HEAP = 1024;

  private final Path root;
  private final Path folder;

  private MemoryBenchmark(Path root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  /**
   * A variant.
   *
   * @param name what is changed
   * @param tasks that run at once in the executor
   * @param overrides of the quick start
   */
  private record Variant(String name, int tasks, String... overrides) {}

  /** MiB by the formulas. */
  private record Plan(int driverHeap, int executorHeap, int executorNative) {}

  /**
   * Measures.
   *
   * @param args the repository's folder, a folder for {@code memory.json}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of(args[1]).toAbsolutePath());
    String json =
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValueAsString(new MemoryBenchmark(Path.of(args[0]), folder).measure());
    Files.writeString(folder.resolve("memory.json"), json);
    System.out.println(json);
  }

  private Map<String, Object> measure() throws IOException, InterruptedException {
    String large = "algorithm.architecture={type: SmallCnn, channels: [4, 8], hidden: 8192}";
    Path teacher = largeTeacher();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "one executor, MiB");
    for (Variant variant :
        List.of(
            new Variant("quick start", 1),
            new Variant("two tasks", 2),
            new Variant("batch of 1,024", 1, "schedule.batch_size=1024"),
            new Variant("student of 3.3 million", 1, large),
            new Variant("student of 3.3 million, two tasks", 2, large),
            new Variant("student of 3.3 million, 16 partitions", 1, large, "averaging.workers=16"),
            new Variant(
                "teacher of 12.9 million",
                1,
                "algorithm.teacher={type: SmallCnn, channels: [32, 64], hidden: 4096}",
                "algorithm.teacher_ckpt=" + teacher))) {
      Map<String, Object> row = measure(variant);
      result.put(variant.name(), row);
      System.err.println(variant.name() + ": " + row);
    }
    return result;
  }

  /** One that has learnt hardly anything, but is as large as one that has. */
  private Path largeTeacher() throws IOException, InterruptedException {
    Path teacher = folder.resolve("large-teacher");
    Outcome trained =
        limbeck(
            "local[2]",
            List.of(),
            "run",
            "configs/quickstart/teacher.json",
            "--set=algorithm.architecture={type: SmallCnn, channels: [32, 64], hidden: 4096}",
            "--set=schedule.epochs=1",
            "--set=data.shape=[1, 28, 28]",
            "--set=data.train={format: parquet, path: configs/quickstart/data/validation.parquet}",
            "--set=data.validation=null",
            "--set=data.test=null",
            "--set=output={dir: " + teacher + ", overwrite: true}");
    if (trained.code() != 0) {
      throw new IllegalStateException("No teacher: " + trained.output());
    }
    return teacher.resolve("model.zip");
  }

  private Map<String, Object> measure(Variant variant) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add("configs/quickstart/distill.json");
    arguments.add("--set=repeats=1");
    arguments.add("--set=student_alone=false");
    arguments.add("--set=schedule.epochs=1");
    arguments.add("--set=output={dir: " + folder.resolve("memory") + ", overwrite: true}");
    Arrays.stream(variant.overrides()).forEach(each -> arguments.add("--set=" + each));
    String master = "local-cluster[1,%d,%d]".formatted(variant.tasks(), ROOMY_HEAP);
    Plan plan = plan(limbeck(master, List.of(), with("validate", arguments)).output());

    Outcome roomy =
        limbeck(
            master,
            List.of(
                "spark.executor.extraJavaOptions=-Xms%dm -XX:+AlwaysPreTouch"
                    .formatted(ROOMY_HEAP)),
            with("run", arguments));
    int executor = Math.max(SMALLEST_HEAP, RESERVED + (int) Math.ceil(plan.executorHeap() / OURS));
    Outcome tight =
        limbeck(
            "local-cluster[1,%d,%d]".formatted(variant.tasks(), executor),
            List.of(
                "spark.executor.memory=" + executor + "m",
                "spark.driver.memory="
                    + Math.max(SMALLEST_HEAP, RESERVED + plan.driverHeap())
                    + "m"),
            with("run", arguments));
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("planned_driver_heap", plan.driverHeap());
    row.put("planned_executor_heap", plan.executorHeap());
    row.put("planned_outside_heap", plan.executorNative());
    row.put("measured_outside_heap", roomy.peakMib() - ROOMY_HEAP);
    row.put("runs_with_the_planned_heap", tight.code() == 0);
    return row;
  }

  private static String[] with(String command, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(arguments);
    return all.toArray(String[]::new);
  }

  private static Plan plan(String printed) {
    Matcher plan = PLAN.matcher(printed);
    if (!plan.find()) {
      throw new IllegalStateException("No plan of memory in: " + printed);
    }
    return new Plan(number(plan.group(1)), number(plan.group(2)), number(plan.group(3)));
  }

  private static int number(String text) {
    return Integer.parseInt(text.replace(",", ""));
  }

  /** What a job came to: its exit code, what it printed, and its executor's peak. */
  private record Outcome(int code, String output, int peakMib) {}

  private Outcome limbeck(String master, List<String> confs, String... arguments)
      throws IOException, InterruptedException {
    Path log = folder.resolve("memory.log");
    Process job =
        new Submit(root)
            .limbeck(master, confs, Arrays.asList(arguments))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Peaks peaks = Peaks.of(job, List.of());
    return new Outcome(job.exitValue(), Files.readString(log), peaks.executorMib());
  }
}
