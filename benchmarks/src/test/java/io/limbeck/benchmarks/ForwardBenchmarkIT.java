package io.limbeck.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardBenchmarkIT {
  /** A ratio measured in one run: about one and a half on a quiet machine. */
  @Test
  void compiledTeacher_isFasterThanItsLayers() {
    Map<String, Object> result = ForwardBenchmark.measure(12, 64);
    assertThat((Double) result.get("layers_to_compiled")).as(result.toString()).isGreaterThan(1.15);
  }
}
