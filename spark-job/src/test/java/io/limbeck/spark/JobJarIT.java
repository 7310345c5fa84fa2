package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JobJarIT {
  /** The config watches a method, so that the jar needs all that rewrites it. */
  @Test
  void jar_hasAllThatSparkHasNot() throws IOException, InterruptedException {
    assertThat(JobProcess.run(Path.of(".."), "validate", "configs/quickstart/mixup.json"))
        .contains("nothing wrong found", "native path   oneDNN");
  }
}
