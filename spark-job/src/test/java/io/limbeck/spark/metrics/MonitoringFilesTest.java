package io.limbeck.spark.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.monitor.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies under {@code deploy/metrics} asks for metrics that there are. */
class MonitoringFilesTest {
  private static final Path FOLDER = Path.of("..", "deploy", "metrics");
  private static final Pattern METRIC =
      Pattern.compile("metrics_limbeck_driver_distillation_([a-z_.+]+?)_Value");

  private static List<String> names() {
    MetricsSystem system = MetricsSystem.createMetricsSystem("test", new SparkConf());
    MetricsListener listener = new MetricsListener(system);
    listener.onOtherEvent(Rounds.started(1));
    listener.onOtherEvent(new DistillationEvent.EpochDone(1, 1, Rounds.epoch(1)));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 2, Rounds.round(0, 64, 2)));
    Source source = (Source) system.getSourcesByName("distillation").head();
    // As Spark's Prometheus servlet writes them.
    return source.metricRegistry().getNames().stream()
        .map(name -> name.replaceAll("[^a-zA-Z0-9]", "_"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"grafana-dashboard.json", "alerts.yml"})
  void queries_askForMetricsThatThereAre(String file) throws IOException {
    List<String> asked =
        METRIC
            .matcher(Files.readString(FOLDER.resolve(file)))
            .results()
            .map(found -> found.group(1))
            .distinct()
            .toList();
    assertThat(asked).hasSizeGreaterThan(3);
    List<String> names = names();
    assertThat(asked).allMatch(name -> names.stream().anyMatch(each -> each.matches(name)));
  }

  @Test
  void readme_namesAllMetrics() throws IOException {
    List<String> told =
        Pattern.compile("^\\| (`.*?) \\|", Pattern.MULTILINE)
            .matcher(Files.readString(FOLDER.resolve("README.md")))
            .results()
            .flatMap(row -> Pattern.compile("`([a-zA-Z_]+)`").matcher(row.group(1)).results())
            .map((MatchResult name) -> name.group(1).replaceAll("NAME|ID", ".+"))
            .toList();
    assertThat(names())
        .allMatch(
            name ->
                told.stream()
                    .anyMatch(each -> name.matches(each) || name.matches("round_seconds" + each)));
  }

  @Test
  void files_canBeRead() throws IOException {
    assertThat(
            new ObjectMapper()
                .readTree(FOLDER.resolve("grafana-dashboard.json").toFile())
                .get("panels"))
        .hasSizeGreaterThan(5);
    for (String file : List.of("prometheus.yml", "alerts.yml")) {
      assertThat(new ObjectMapper(new YAMLFactory()).readTree(FOLDER.resolve(file).toFile()))
          .isNotEmpty();
    }
  }
}
