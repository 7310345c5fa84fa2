package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.limbeck.spark.job.TinyExperiment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Distillation tab in a browser, while a job runs and in the history server after it. */
class SparkUiIT {
  /** A name that would be markup where a page did not escape it. */
  private static final String NAME = "kd <img src=x onerror=\"document.title='broken'\">";

  /** What a setting of Spark's holds and nobody else may see. */
  private static final String SECRET = "correct-horse-battery-staple";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Hadoop's small clusters have names looked up elsewhere. */
  private static final Map<String, String> REGISTRY =
      Map.of("java.naming.factory.initial", "com.sun.jndi.rmi.registry.RegistryContextFactory");

  /** Settings and scrapes are those that people are told to take. */
  private static final Path METRICS = Path.of("..", "deploy", "metrics");

  @TempDir private static Path dir;
  private static String application;
  private static JsonNode report;
  private static String livePage;
  private static JsonNode liveRuns;
  private static JsonNode liveRun;
  private static JsonNode liveApi;
  private static final Map<String, String> scrapes = new HashMap<>();
  private static Object driftByJmx;
  private static JsonNode stages;
  private static List<String> printed;

  @BeforeAll
  static void job() throws Exception {
    assumeTrue(Chromium.isThere(), "needs Chromium: apt-get install chromium");
    Path events = Files.createDirectories(dir.resolve("events"));
    printed = new ArrayList<>();
    int port = Web.freePort();
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-Dspark.ui.port=" + port);
    Properties metrics = new Properties();
    metrics.load(new StringReader(Files.readString(METRICS.resolve("spark-metrics.conf"))));
    metrics.forEach((key, value) -> options.add("-D%s=%s".formatted(key, value)));
    int jmx = Web.freePort();
    options.add("-Dcom.sun.management.jmxremote.port=" + jmx);
    options.add("-Dcom.sun.management.jmxremote.ssl=false");
    options.add("-Dcom.sun.management.jmxremote.authenticate=false");
    options.add("-Djava.rmi.server.hostname=127.0.0.1");
    options.add("-Dspark.metrics.conf.*.sink.csv.class=org.apache.spark.metrics.sink.CsvSink");
    options.add("-Dspark.metrics.conf.*.sink.csv.period=1");
    options.add(
        "-Dspark.metrics.conf.*.sink.csv.directory=" + Files.createDirectories(dir.resolve("csv")));
    options.add("-Dspark.hadoop.fs.s3a.secret.key=" + SECRET);
    options.add("-Dspark.eventLog.enabled=true");
    options.add("-Dspark.eventLog.dir=" + events.toUri());
    Process process =
        JobProcess.submit(
            dir,
            options,
            "run",
            new TinyExperiment(dir).file().toString(),
            "--set=name=" + JSON.writeValueAsString(NAME),
            "--set=output.dir=" + dir.resolve("out"),
            "--set=schedule.epochs=300",
            "--set=repeats=2",
            "-v");
    Thread reader = drain(process, printed);
    String ui = "http://127.0.0.1:" + port;
    // Until the second training runs.
    until(
        process,
        () -> Web.json(ui + "/distillation/runs/"),
        runs -> runs.size() > 1 && runs.get(1).hasNonNull("latest"));
    livePage = Chromium.dom(dir, ui + "/distillation/");
    liveRuns = Web.json(ui + "/distillation/runs/");
    liveRun = Web.json(ui + "/distillation/runs/1");
    application = Web.json(ui + "/api/v1/applications").get(0).get("id").asText();
    liveApi = Web.json(ui + "/api/v1/applications/" + application + "/distillation/");
    for (JsonNode job :
        new YAMLMapper()
            .readTree(METRICS.resolve("prometheus.yml").toFile())
            .get("scrape_configs")) {
      scrapes.put(
          job.get("job_name").asText(), Web.get(ui + job.get("metrics_path").asText()).body());
    }
    driftByJmx = byJmx(jmx, "limbeck.driver.distillation.drift");
    stages = Web.json(ui + "/api/v1/applications/" + application + "/stages?status=complete");
    assertThat(Web.status(ui + "/distillation/runs/77")).isEqualTo(404);
    assertThat(process.isAlive()).as("the job while it was looked at").isTrue();
    assertThat(process.waitFor()).isZero();
    reader.join();
    report = JSON.readTree(dir.resolve("out/report.json").toFile());
  }

  private static Thread drain(Process process, List<String> into) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread reader = new Thread(() -> lines.lines().forEach(into::add), "drain");
    reader.setDaemon(true);
    reader.start();
    return reader;
  }

  /** Who answers is the process that this test has started. */
  @SuppressWarnings("BanJNDI")
  private static Object byJmx(int port, String gauge) throws Exception {
    JMXServiceURL url =
        new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
    try (JMXConnector connector = JMXConnectorFactory.connect(url, REGISTRY)) {
      ObjectName name = new ObjectName("metrics:name=" + gauge + ",*");
      MBeanServerConnection beans = connector.getMBeanServerConnection();
      return beans.getAttribute(beans.queryNames(name, null).iterator().next(), "Value");
    }
  }

  private interface Ask {
    JsonNode json() throws IOException, InterruptedException;
  }

  private static JsonNode until(Process process, Ask ask, Predicate<JsonNode> wanted)
      throws InterruptedException {
    while (true) {
      try {
        JsonNode answer = ask.json();
        if (wanted.test(answer)) {
          return answer;
        }
      } catch (IOException e) {
        // Nobody listens yet.
      }
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(50);
    }
  }

  /** The cells of the table of trainings, row by row. */
  private static List<List<String>> rows(String page) {
    Matcher table = Pattern.compile("<tbody>(.*?)</tbody>", Pattern.DOTALL).matcher(page);
    assertThat(table.find()).as(page).isTrue();
    return Stream.of(table.group(1).split("</tr>"))
        .filter(row -> row.contains("<td"))
        .map(
            row ->
                Pattern.compile("<td[^>]*>(.*?)</td>")
                    .matcher(row)
                    .results()
                    .map(cell -> cell.group(1))
                    .toList())
        .toList();
  }

  private static String percent(JsonNode split) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * split.get("accuracy").asDouble());
  }

  private static void assertTellsTheReport(String page) {
    assertThat(page).doesNotContain("<img src=x");
    assertThat(page).contains("kd &lt;img src=x onerror=");
    List<List<String>> rows = rows(page);
    assertThat(rows).hasSize(4);
    int row = 0;
    for (String of : List.of("student_alone", "distilled")) {
      for (JsonNode run : report.get(of).get("runs")) {
        List<String> cells = rows.get(row++);
        assertThat(cells.get(2))
            .isEqualTo(of.replace('_', ' ') + ", seed " + run.get("seed").asInt());
        assertThat(cells.get(3)).isEqualTo("300 / 300");
        assertThat(cells.get(5)).isEqualTo(percent(run.at("/best/validation")));
        assertThat(cells.get(6)).isEqualTo(run.get("best_epoch").asText());
        assertThat(cells.get(7)).isEqualTo(percent(run.at("/best/test")));
        assertThat(cells.get(8)).isEqualTo(percent(run.at("/last/test")));
        assertThat(cells.get(9)).isEqualTo(percent(report.at("/teacher/test")));
      }
    }
    // Charts are of the last training, and their legends tell the latest.
    JsonNode last = report.at("/distilled/runs/1/epochs/299");
    assertThat(legend(page, "accuracy"))
        .containsEntry("epoch", "300")
        .containsEntry("distilled", percent(last.get("validation")))
        .containsEntry("teacher", percent(report.at("/teacher/validation")));
    Map<String, String> losses = legend(page, "losses");
    // An epoch has two rounds, and so has a point of the chart.
    last.get("losses")
        .fields()
        .forEachRemaining(
            loss ->
                assertThat(losses)
                    .containsEntry(
                        loss.getKey(),
                        String.format(Locale.ROOT, "%.4f", loss.getValue().asDouble())));
  }

  /** What stands below a chart: names with their latest values. */
  private static Map<String, String> legend(String page, String chart) {
    int start = page.indexOf("data-chart=\"" + chart + "\"");
    Map<String, String> values = new LinkedHashMap<>();
    Pattern.compile("class=\"u-label\"[^>]*>(.*?)</div></th><td class=\"u-value\"[^>]*>(.*?)</td>")
        .matcher(page.substring(start, page.indexOf("</table>", start)))
        .results()
        .forEach(entry -> values.put(entry.group(1), entry.group(2)));
    return values;
  }

  @Test
  void whileItRuns_pageAndRestTellOfIt() {
    assertThat(livePage).contains("<title>").doesNotContain("broken</title>");
    List<List<String>> rows = rows(livePage);
    assertThat(rows.size()).isBetween(2, 4);
    assertThat(rows.get(0).get(11)).startsWith("done in ");
    // Charts of losses and seven others, each with a legend of its latest values.
    assertThat(livePage.split("class=\"u-legend", -1)).hasSize(9);
    assertThat(livePage)
        .contains("student.loss", "executor driver", "steps between two averagings");
    assertThat(liveApi.size()).isEqualTo(liveRuns.size());
    assertThat(liveRun.get("epochs")).hasSize(300);
    assertThat(liveRun.get("rounds").size()).isBetween(256, 512);
  }

  @Test
  void prometheus_scrapesTheTrainingThatRuns() {
    for (String name :
        List.of("loss_student_loss", "drift", "examples_per_second", "round_seconds_total")) {
      assertThat(scrapes.get("limbeck"))
          .containsPattern(
              "metrics_limbeck_driver_distillation_"
                  + name
                  + "_Value\\{type=\"gauges\"} [0-9.E-]+");
    }
    assertThat(scrapes.get("limbeck-executors"))
        .containsPattern(
            "metrics_executor_completedTasks_total\\{application_id=\"%s\", [^}]*executor_id=\"driver\"\\} [1-9]"
                .formatted(application));
  }

  @Test
  void jmx_hasThem() {
    assertThat((Double) driftByJmx).isBetween(0.0, 1.0);
  }

  /** In local mode the driver is the executor, so the plugin's numbers are there, too. */
  @Test
  void csvSink_hasTheExecutorsNumbers() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("csv"))) {
      Path examples =
          files
              .filter(file -> file.toString().endsWith("LimbeckPlugin.examples.csv"))
              .findFirst()
              .orElseThrow();
      List<String> lines = Files.readAllLines(examples);
      assertThat(lines.get(0)).isEqualTo("t,value");
      assertThat(Long.parseLong(lines.get(lines.size() - 1).split(",")[1])).isPositive();
    }
  }

  @Test
  void stages_haveNamedAccumulators_andReadableNames() {
    List<String> descriptions = new ArrayList<>();
    List<String> accumulators = new ArrayList<>();
    for (JsonNode stage : stages) {
      descriptions.add(stage.path("description").asText());
      stage.get("accumulatorUpdates").forEach(each -> accumulators.add(each.get("name").asText()));
    }
    assertThat(descriptions)
        .anyMatch(text -> text.matches(".+, seed \\d+: epoch \\d+ / 300, round \\d+ / \\d+"));
    assertThat(accumulators)
        .contains("examples learnt from", "milliseconds in steps", "milliseconds in the teacher");
  }

  @Test
  void whatItTold_isWhatTheReportSays() {
    JsonNode run = report.get("student_alone").get("runs").get(0);
    assertThat(liveRun.get("epochs")).isEqualTo(withNulls(run.get("epochs")));
    assertThat(liveRun.at("/best/test/accuracy")).isEqualTo(run.at("/best/test/accuracy"));
  }

  /** The report leaves out what is not there, the REST interface of trainings says null. */
  private static JsonNode withNulls(JsonNode epochs) {
    epochs.forEach(
        epoch -> ((com.fasterxml.jackson.databind.node.ObjectNode) epoch).putNull("others"));
    return epochs;
  }

  /** The event log names the setting, so that the job had it, with its value struck out. */
  @Test
  void aSecretInSparksSettings_isNowhereToBeRead() throws IOException {
    // With -v there is Spark's log.
    assertThat(String.join("\n", printed)).contains(" INFO ").doesNotContain(SECRET);
    assertThat(livePage).doesNotContain(SECRET);
    boolean named = false;
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content).as(file.toString()).doesNotContain(SECRET);
        named |= file.startsWith(dir.resolve("events")) && content.contains("s3a.secret.key");
      }
    }
    assertThat(named).isTrue();
  }

  /** As if the last training had been on one: the machine has none. */
  private static void putOnGpu() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("events"))) {
      for (Path file : files.toList()) {
        String log = Files.readString(file);
        String edited =
            log.replaceAll(
                "(?m)^(.*RoundDone\",\"run\":4,.*\"gpus\":)\\{}", "$1{\"driver\":[\"GPU-7\"]}");
        assertThat(edited).isNotEqualTo(log);
        Files.writeString(file, edited);
      }
    }
  }

  @Test
  void historyServer_showsTheSame() throws Exception {
    putOnGpu();
    int port = Web.freePort();
    List<String> options =
        List.of(
            "-Xmx1g",
            "-Dspark.history.fs.logDirectory=" + dir.resolve("events").toUri(),
            "-Dspark.history.ui.port=" + port);
    ProcessBuilder builder =
        JobProcess.java(dir, options, "org.apache.spark.deploy.history.HistoryServer");
    Process server = builder.start();
    drain(server, new ArrayList<>());
    try {
      String base = "http://127.0.0.1:" + port;
      until(server, () -> Web.json(base + "/api/v1/applications"), list -> list.size() == 1);
      String page = Chromium.dom(dir, base + "/history/" + application + "/distillation/");
      assertTellsTheReport(page);
      assertThat(page).contains("executor driver on GPU GPU-7");
      String api = base + "/api/v1/applications/" + application + "/distillation";
      assertThat(Web.json(api)).hasSize(4);
      assertThat(Web.json(api + "/1")).isEqualTo(liveRun);
      assertThat(Web.status(api + "/99")).isEqualTo(404);
    } finally {
      server.destroy();
      server.waitFor();
    }
  }
}
