package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/monitoring.md} says of afterwards, with the Spark that {@code deploy/local}
 * makes out of artifacts: whether it has all that Spark's own interface needs shows there.
 */
class HistoryServerIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private static Path dir;

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  /** Waits for the server, which begins when the job of the same command is done. */
  private static JsonNode get(Process command, String url)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    while (true) {
      try {
        HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = new ObjectMapper().readTree(answer.body());
        if (!json.isEmpty()) {
          return json;
        }
      } catch (ConnectException e) {
        // Not yet.
      }
      assertThat(command.isAlive()).isTrue();
      Thread.sleep(200);
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void jobAndServer_asOnThePage() throws Exception {
    Path events = dir.resolve("events");
    Path settings =
        Files.writeString(
            dir.resolve("events.conf"),
            "spark.eventLog.enabled true\nspark.eventLog.dir %s\n".formatted(events.toUri()));
    String port = String.valueOf(freePort());
    Readme.Command command =
        new Readme("docs/monitoring.md")
            .command("Afterwards")
            .with("runs/events", events.toString())
            .with("=events.conf", "=" + settings)
            .with(
                "distill.json",
                "distill.json --set=output.dir=%s %s"
                    .formatted(dir.resolve("out"), QuickStart.SHORT));
    Path log = dir.resolve("log");
    Process process = new Shell(Map.of("HISTORY_PORT", port)).start(command.text(), log);
    try {
      String api = "http://127.0.0.1:" + port + "/api/v1/applications";
      String application = get(process, api).get(0).path("id").asText();
      JsonNode trainings = get(process, api + "/" + application + "/distillation/");
      QuickStart.assertDone(dir.resolve("out"));
      assertThat(trainings).hasSize(2);
      assertThat(trainings.get(1).at("/training/title").asText()).isEqualTo("distilled");
      assertThat(trainings.get(1).path("epochs_done").asInt()).isEqualTo(3);
    } finally {
      Shell.kill(process.toHandle());
    }
  }
}
