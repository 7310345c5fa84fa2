package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Spark writes down of an application. */
final class EventLog {
  private static final Pattern RUNS_NETWORKS =
      Pattern.compile("round \\d|evaluate|BatchNorm|fill teacher cache|executors' GPUs");
  private static final String NETWORKS = "networks";
  private static final String OTHERS = "others";

  private final Path folder;

  private EventLog(Path folder) {
    this.folder = folder;
  }

  /** A log that is to be in a folder, which is made if need be. */
  static EventLog in(Path folder) throws IOException {
    return new EventLog(Files.createDirectories(folder));
  }

  /** Arguments for spark-submit. */
  String settings() {
    return settings(folder);
  }

  /**
   * The same where the driver sees the folder in another place.
   *
   * @param seen where
   */
  String settings(Path seen) {
    return "--conf spark.eventLog.enabled=true --conf spark.eventLog.dir=" + seen.toUri();
  }

  /**
   * Stages that ran networks had a GPU for every task, by a profile of their own; those that read
   * data or looked for examples had none, which is Spark's profile 0.
   */
  void assertGpusForNetworksAlone() throws IOException {
    assertThat(profiles())
        .containsOnlyKeys(NETWORKS, OTHERS)
        .satisfies(by -> assertThat(by.get(OTHERS)).containsOnly(0))
        .satisfies(by -> assertThat(by.get(NETWORKS)).hasSize(1).doesNotContain(0));
  }

  /** All stages had Spark's profile of the whole application. */
  void assertOneProfile() throws IOException {
    assertThat(profiles().values()).isNotEmpty().allMatch(Set.of(0)::equals);
  }

  private Map<String, Set<Integer>> profiles() throws IOException {
    Map<String, Set<Integer>> profiles = new TreeMap<>();
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.toList()) {
        for (String line : Files.readAllLines(log)) {
          JsonNode event = new ObjectMapper().readTree(line);
          if (event.path("Event").asText().equals("SparkListenerStageSubmitted")) {
            String what = event.at("/Properties/spark.job.description").asText();
            profiles
                .computeIfAbsent(
                    RUNS_NETWORKS.matcher(what).find() ? NETWORKS : OTHERS, kind -> new TreeSet<>())
                .add(event.at("/Stage Info/Resource Profile Id").asInt(-1));
          }
        }
      }
    }
    return profiles;
  }
}
