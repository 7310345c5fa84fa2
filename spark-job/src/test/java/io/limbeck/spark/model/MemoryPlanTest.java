package io.limbeck.spark.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long MIB = 1 << 20;
  // 25 million parameters with momentum, a teacher of 60 million, 40 partitions, 4 tasks at once.
  private static final MemoryPlan PLAN =
      MemoryPlan.of(
          new MemoryPlan.Sizes(25 * MIB, 25 * MIB, 240 * MIB, 10 * MIB, MIB, 40, 4, 32, 32 * MIB));

  @Test
  void formulas() {
    assertThat(PLAN.driverHeap()).isEqualTo((40 * 200 + 4 * 200 + 2 * 240) * MIB);
    assertThat(PLAN.executorHeap()).isEqualTo((200 * 9 + 240 + 2 * 32 * 4) * MIB);
    assertThat(PLAN.executorNative())
        .isEqualTo((480 + 4 * (96 + 500 + 4 * 40 * 32 + 4 * 4 * 32) + 480) * MIB);
  }

  @Test
  void tooLittle_isTold() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.executor.memory", "3g")
            .set("spark.executor.memoryOverhead", "2g")
            .set("spark.executor.extraJavaOptions", "-Xss4m -Dorg.bytedeco.javacpp.maxbytes=4g");
    assertThat(PLAN.warnings(conf, false, 4096 * MIB))
        .containsExactly(
            "the driver has 4,096 MiB of heap, but about 9,280 are needed: raise --driver-memory",
            "executors have 3,072 MiB of heap ('spark.executor.memory'), of which Spark leaves 1,108 beside what"
                + " it keeps ('spark.memory.fraction'), but about 2,296 are needed: raise it",
            "executors may take 2,048 MiB outside the heap ('spark.executor.memoryOverhead'), but JVM and networks take about 25,872:"
                + " a cluster manager would kill them, raise it",
            "-Dorg.bytedeco.javacpp.maxbytes lets executors take 4,096 MiB outside the heap, but"
                + " 'spark.executor.memoryOverhead' only 2,048: lower the one or raise the other");
  }

  @Test
  void enough_isNotTold() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.executor.memory", "8g")
            .set("spark.executor.memoryOverhead", "26g");
    assertThat(PLAN.warnings(conf, false, 16384 * MIB)).isEmpty();
    MemoryPlan small =
        MemoryPlan.of(new MemoryPlan.Sizes(7000, 7000, 1_600_000, 20_000, 9000, 2, 2, 32, 5 * MIB));
    assertThat(small.warnings(new SparkConf(false), true, 512 * MIB)).isEmpty();
    MemoryPlan segments =
        MemoryPlan.of(new MemoryPlan.Sizes(7000, 7000, 0, 20_000, 9000, 2, 2, 32, 32 * MIB));
    assertThat(segments.warnings(new SparkConf(false), true, 512 * MIB))
        .containsExactly(
            "this JVM has 512 MiB of heap, of which Spark leaves 84 beside what it keeps ('spark.memory.fraction'), but about 129 are"
                + " needed: raise --driver-memory, or lower 'data.block_mib'");
  }
}
