package io.limbeck.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StepBenchmarkIT {
  /** A ratio measured in one run: about eleven on a quiet machine. */
  @Test
  void trainingStep_isEightTimesStock() {
    Map<String, Object> result = StepBenchmark.measure(3, 64);
    assertThat((Double) result.get("stock_to_ours")).as(result.toString()).isGreaterThan(8);
  }
}
