package io.limbeck.spark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmitSettingsTest {
  private static final long MIB = 1 << 20;

  private static MemoryPlan.Sizes sizes(long learnt, long teacher) {
    return new MemoryPlan.Sizes(
        learnt, 2 * learnt, teacher, 4 * learnt, MIB / 4, 1, 1, 32, 32 * MIB);
  }

  private static SparkConf conf(Map<String, String> properties) {
    SparkConf conf = new SparkConf(false);
    properties.forEach(conf::set);
    return conf;
  }

  /** What the settings are for: with them, nothing is left to warn of. */
  @ParameterizedTest
  @CsvSource({
    "7000, 1600000, 1, 1",
    "7000, 1600000, 4, 8",
    "3000000, 400000000, 2, 4",
    "25000000, 0, 16, 2"
  })
  void withThem_nothingIsTooSmall(long learnt, long teacher, int executors, int cores) {
    int workers = executors * cores;
    Map<String, String> properties =
        SubmitSettings.of(sizes(learnt, teacher), executors, cores, workers).properties();
    MemoryPlan plan = MemoryPlan.of(sizes(learnt, teacher).with(workers, cores));
    long driver = JavaUtils.byteStringAsBytes(properties.get("spark.driver.memory"));
    assertThat(plan.warnings(conf(properties), false, driver)).isEmpty();
  }

  @Test
  void small_byHand() {
    Map<String, String> properties =
        SubmitSettings.of(sizes(7000, 1_600_000), 2, 2, 4).properties();
    // Executors: two segments of 32 MiB for two tasks are 128 MiB, and some; 40 % of what is left
    // of 640 MiB would be 136. Outside: 480 + 2 * 96 MiB, and activations of two tasks.
    assertThat(properties)
        .containsEntry("spark.executor.memory", "768m")
        .containsEntry("spark.executor.memoryOverhead", "1024m")
        .containsEntry("spark.executor.instances", "2")
        .containsEntry("spark.cores.max", "4")
        .containsEntry("spark.driver.memory", "1280m")
        .containsEntry("spark.executorEnv.OMP_NUM_THREADS", "1")
        .containsEntry("spark.yarn.appMasterEnv.OMP_NUM_THREADS", "1")
        .containsEntry("spark.kubernetes.driverEnv.OMP_NUM_THREADS", "1");
    assertThat(properties.get("spark.executor.extraJavaOptions"))
        .contains("javacpp.maxbytes=640m", "javacpp.maxphysicalbytes=1792m");
  }

  @Test
  void largest_hasRoomForEach() {
    SubmitSettings student = SubmitSettings.of(sizes(3_000_000, 0), 2, 2, 4);
    SubmitSettings teacher = SubmitSettings.of(sizes(7000, 400_000_000), 2, 2, 4);
    SubmitSettings both = SubmitSettings.largest(List.of(student, teacher));
    for (SubmitSettings each : List.of(student, teacher)) {
      assertThat(both.executor().executorHeap())
          .isGreaterThanOrEqualTo(each.executor().executorHeap());
      assertThat(both.executor().executorNative())
          .isGreaterThanOrEqualTo(each.executor().executorNative());
      assertThat(both.driver().driverHeap()).isGreaterThanOrEqualTo(each.driver().driverHeap());
    }
  }
}
