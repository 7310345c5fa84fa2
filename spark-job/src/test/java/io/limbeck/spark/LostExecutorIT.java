package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.spark.job.TinyExperiment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors as processes of their own, some of which die. The student must not notice. */
class LostExecutorIT {
  private static final int LONGEST_WAIT_MILLIS = 700;

  @TempDir private static Path dir;
  private static Path config;

  @BeforeAll
  static void inOneJvm() throws Exception {
    config = new TinyExperiment(dir).file();
    JobProcess.run(dir, command("local"));
  }

  private static String[] command(String out) {
    return new String[] {
      "run",
      config.toString(),
      "--set=output.dir=" + dir.resolve(out),
      "--set=schedule.epochs=40",
      "--set=repeats=1",
      // BatchNorm, momentum and everything else that a lost executor could disturb.
      "--set=algorithm.architecture={type: CifarResNet, depth: 8}",
      "--set=averaging.outer={type: SlowMo, momentum: 0.3}"
    };
  }

  private static Map<String, Integer> models(String out) throws IOException {
    Map<String, Integer> models = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir.resolve(out).resolve("models"))) {
      for (Path file : files.toList()) {
        models.put(
            file.getFileName().toString(), java.util.Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return models;
  }

  /**
   * An executor that stands still for a while: others run its task again, and both results come.
   */
  @Test
  void executorsThatStandStill_withSpeculation_sameBits() throws Exception {
    Path events = Files.createDirectories(dir.resolve("events"));
    try (StandaloneCluster cluster = new StandaloneCluster(dir, 3)) {
      List<String> options =
          JobProcess.cluster(
              cluster.master(),
              "-Dspark.speculation=true",
              "-Dspark.speculation.interval=20ms",
              "-Dspark.speculation.quantile=0.1",
              "-Dspark.speculation.efficiency.enabled=false",
              "-Dspark.locality.wait=0s",
              "-Dspark.eventLog.enabled=true",
              "-Dspark.eventLog.dir=" + events);
      Process driver = JobProcess.start(dir, options, command("cluster"));
      String output =
          disturbed(
              driver,
              4,
              cluster::executors,
              executor -> {
                signal("STOP", executor);
                TimeUnit.MILLISECONDS.sleep(1500);
                signal("CONT", executor);
              });
      assertThat(driver.waitFor()).as(output).isZero();
      assertThat(speculated()).as(output).isGreaterThan(0);
    }
    assertThat(models("cluster")).hasSize(4).isEqualTo(models("local"));
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  private static long speculated() throws IOException {
    try (Stream<Path> logs = Files.list(dir.resolve("events"));
        Stream<String> lines = Files.lines(logs.findFirst().orElseThrow())) {
      return lines.filter(line -> line.contains("\"Speculative\":true")).count();
    }
  }

  @Test
  void executorsKilledInTheMiddleOfRounds_sameBits() throws Exception {
    Path events = Files.createDirectories(dir.resolve("events-killed"));
    List<String> options =
        JobProcess.localCluster(
            2,
            "-Dspark.task.maxFailures=20",
            "-Dspark.deploy.maxExecutorRetries=-1",
            "-Dspark.eventLog.enabled=true",
            "-Dspark.eventLog.dir=" + events);
    Process driver = JobProcess.start(dir, options, command("killed"));
    int[] killed = {0};
    String output =
        disturbed(
            driver,
            4,
            // Executors are all the processes that such a driver starts.
            driver::descendants,
            executor -> killed[0] += executor.destroyForcibly() ? 1 : 0);
    assertThat(driver.waitFor()).as(output).isZero();
    assertThat(killed[0]).as(output).isGreaterThan(1);
    assertThat(models("killed")).hasSize(4).isEqualTo(models("local"));
    // Whoever came for the last one that was killed has its share of the work, from the next epoch
    // on; an epoch has two rounds.
    assertThat(executorsOfRoundsSinceTheLastCame(events).stream().skip(4))
        .allSatisfy(executors -> assertThat(executors).hasSize(2));
  }

  /** Where the tasks of each round ran. */
  private static List<Set<String>> executorsOfRoundsSinceTheLastCame(Path events)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Map<Integer, Set<String>> byStage = new TreeMap<>();
    try (Stream<Path> logs = Files.list(events);
        Stream<String> lines = Files.lines(logs.findFirst().orElseThrow())) {
      for (String line : (Iterable<String>) lines::iterator) {
        JsonNode event = mapper.readTree(line);
        if (event.path("Event").asText().equals("SparkListenerExecutorAdded")) {
          byStage.clear();
        } else if (event.path("Event").asText().equals("SparkListenerStageSubmitted")
            && event.at("/Properties/spark.job.description").asText().contains(", round ")) {
          byStage.put(event.at("/Stage Info/Stage ID").asInt(), new TreeSet<>());
        } else if (event.path("Event").asText().equals("SparkListenerTaskEnd")
            && byStage.containsKey(event.path("Stage ID").asInt())) {
          byStage
              .get(event.path("Stage ID").asInt())
              .add(event.at("/Task Info/Executor ID").asText());
        }
      }
    }
    return List.copyOf(byStage.values());
  }

  private interface Disturbance {
    void of(ProcessHandle executor) throws IOException, InterruptedException;
  }

  /** Reads what a driver prints, and disturbs one of its executors at random moments. */
  private static String disturbed(
      Process driver, int times, Supplier<Stream<ProcessHandle>> running, Disturbance disturbance)
      throws IOException, InterruptedException {
    StringBuilder output = new StringBuilder();
    Random random = new Random(5);
    int left = times;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        if (line.contains("  round ") && left > 0) {
          left--;
          TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_WAIT_MILLIS));
          List<ProcessHandle> executors = running.get().toList();
          if (!executors.isEmpty()) {
            disturbance.of(executors.get(random.nextInt(executors.size())));
          }
        }
      }
    }
    return output.toString();
  }
}
