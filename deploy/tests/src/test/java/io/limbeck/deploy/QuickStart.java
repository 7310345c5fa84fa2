package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The quick start's job, shortened: one seed, few epochs. Wherever it runs, the student must be the
 * same to the bit.
 */
final class QuickStart {
  static final String SHORT =
      "--set=repeats=1 --set=schedule.epochs=3 --set=schedule.lr_schedule.warmup_epochs=1";
  private static byte[] expected;

  private QuickStart() {}

  /** The student of a run in one JVM, which is trained once for all tests. */
  static synchronized byte[] expected() throws IOException, InterruptedException {
    if (expected == null) {
      Path out = Files.createTempDirectory("expected").resolve("out");
      new Shell(Map.of())
          .run(
              new Readme.Command(
                  "deploy/local/limbeck run configs/quickstart/distill.json --set=output.dir=%s %s"
                      .formatted(out, SHORT)));
      expected = Files.readAllBytes(out.resolve("student.zip"));
    }
    return expected;
  }

  /** What a run left is all there, and right. */
  static JsonNode assertDone(Path out) throws IOException, InterruptedException {
    assertThat(out.resolve("student.zip")).hasBinaryContent(expected());
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    assertThat(report.at("/distilled/runs")).hasSize(1);
    assertThat(report.at("/examples/train").asInt()).isEqualTo(6000);
    return report;
  }

  /** Addresses of the GPUs that a run's executors had, all together. */
  static List<String> gpus(JsonNode report) {
    List<String> addresses = new ArrayList<>();
    report
        .path("gpus")
        .forEach(executor -> executor.forEach(address -> addresses.add(address.asText())));
    return addresses.stream().sorted().toList();
  }
}
