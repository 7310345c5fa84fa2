package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobJarIT {
  /** The config watches a method, so that the jar needs all that rewrites it. */
  @Test
  void jar_hasAllThatSparkHasNot() throws IOException, InterruptedException {
    assertThat(JobProcess.run(Path.of(".."), "validate", "configs/quickstart/mixup.json"))
        .contains("nothing wrong found", "native path   oneDNN");
  }

  @Test
  void settingsThatSparkCannotStartWith_areAMistake_withoutStackTrace() throws Exception {
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.add("-Dspark.task.resource.gpu.amount=1");
    Process process =
        JobProcess.start(Path.of(".."), options, "validate", "configs/quickstart/distill.json");
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(2);
    assertThat(said).contains("error: Spark does not start: ", "gpu").doesNotContain("\tat ");
  }
}
