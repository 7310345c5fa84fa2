package io.limbeck.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class QuickBenchmarkIT {
  @Test
  void nothing_isSlowerThanItWas() throws IOException {
    assertThat(QuickBenchmark.measure())
        .allSatisfy(row -> assertThat(row.isSlower()).as(row.toString()).isFalse());
  }
}
