package io.limbeck.spark.model;

import static io.limbeck.spark.model.Cluster.Manager.KUBERNETES;
import static io.limbeck.spark.model.Cluster.Manager.STANDALONE;
import static io.limbeck.spark.model.Cluster.Manager.YARN;
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
        SubmitSettings.of(sizes(learnt, teacher), Cluster.of(executors, cores), workers)
            .properties();
    MemoryPlan plan = MemoryPlan.of(sizes(learnt, teacher).with(workers, cores));
    long driver = JavaUtils.byteStringAsBytes(properties.get("spark.driver.memory"));
    assertThat(plan.warnings(conf(properties), false, driver)).isEmpty();
  }

  @Test
  void small_byHand() {
    Map<String, String> properties =
        SubmitSettings.of(sizes(7000, 1_600_000), Cluster.of(2, 2), 4).properties();
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
    SubmitSettings student = SubmitSettings.of(sizes(3_000_000, 0), Cluster.of(2, 2), 4);
    SubmitSettings teacher = SubmitSettings.of(sizes(7000, 400_000_000), Cluster.of(2, 2), 4);
    SubmitSettings both = SubmitSettings.largest(List.of(student, teacher));
    for (SubmitSettings each : List.of(student, teacher)) {
      assertThat(both.executor().executorHeap())
          .isGreaterThanOrEqualTo(each.executor().executorHeap());
      assertThat(both.executor().executorNative())
          .isGreaterThanOrEqualTo(each.executor().executorNative());
      assertThat(both.driver().driverHeap()).isGreaterThanOrEqualTo(each.driver().driverHeap());
    }
  }

  private static Map<String, String> ofTwo(Cluster.Manager manager, boolean inside, int gpus) {
    return SubmitSettings.of(sizes(7000, 1_600_000), new Cluster(manager, inside, 2, 4, gpus), 2)
        .properties();
  }

  @Test
  void ofOneManager_thereIsNothingForOthers() {
    assertThat(ofTwo(STANDALONE, false, 0))
        .containsKey("spark.cores.max")
        .doesNotContainKey("spark.standalone.submit.waitAppCompletion");
    assertThat(ofTwo(STANDALONE, true, 0))
        .containsEntry("spark.standalone.submit.waitAppCompletion", "true")
        .hasEntrySatisfying(
            "spark.driver.extraJavaOptions",
            options ->
                assertThat(options).contains("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"));
    for (Cluster.Manager other : List.of(YARN, KUBERNETES)) {
      assertThat(ofTwo(other, true, 0)).doesNotContainKey("spark.cores.max");
      assertThat(ofTwo(other, true, 0).get("spark.driver.extraJavaOptions"))
          .doesNotContain("add-opens");
    }
    assertThat(ofTwo(YARN, true, 0).keySet()).noneMatch(key -> key.startsWith("spark.kubernetes"));
    assertThat(ofTwo(KUBERNETES, true, 0).keySet()).noneMatch(key -> key.startsWith("spark.yarn"));
  }

  @Test
  void gpus_areForTasksThatRunNetworks() {
    assertThat(ofTwo(STANDALONE, false, 1))
        .containsEntry("spark.executor.resource.gpu.amount", "1")
        .containsEntry("spark.limbeck.task.resource.gpu.amount", "1")
        .doesNotContainKeys(
            "spark.executor.resource.gpu.discoveryScript", "spark.driver.resource.gpu.amount");
    assertThat(ofTwo(YARN, true, 2))
        .containsEntry("spark.executor.resource.gpu.amount", "2")
        .containsEntry("spark.executor.resource.gpu.discoveryScript", "./discover-gpus")
        .containsEntry("spark.driver.resource.gpu.amount", "1")
        .containsEntry("spark.driver.resource.gpu.discoveryScript", "./discover-gpus");
    assertThat(ofTwo(KUBERNETES, true, 1))
        .containsEntry("spark.executor.resource.gpu.discoveryScript", "/opt/limbeck/discover-gpus")
        .containsEntry("spark.executor.resource.gpu.vendor", "nvidia.com");
  }

  /** One GPU of four cores trains one student at a time, and takes memory for one. */
  @Test
  void memory_isOfAsManyTasksAsHaveGpus() {
    assertThat(new Cluster(YARN, false, 2, 4, 1).tasks()).isEqualTo(1);
    assertThat(new Cluster(YARN, false, 2, 4, 8).tasks()).isEqualTo(4);
    SubmitSettings one =
        SubmitSettings.of(sizes(3_000_000, 0), new Cluster(YARN, false, 2, 4, 1), 8);
    SubmitSettings four = SubmitSettings.of(sizes(3_000_000, 0), Cluster.of(2, 4), 8);
    assertThat(one.executor().executorNative()).isLessThan(four.executor().executorNative());
  }
}
