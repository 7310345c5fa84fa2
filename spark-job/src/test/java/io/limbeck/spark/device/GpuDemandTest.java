package io.limbeck.spark.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class GpuDemandTest {
  private final SparkConf conf =
      new SparkConf(false)
          .set("spark.master", "spark://node:7077")
          .set("spark.executor.resource.gpu.amount", "2");

  @Test
  void slots_areWhatCoresAndGpusBothHave() {
    assertThat(new GpuDemand(0, false).slots(8, 0)).isEqualTo(8);
    assertThat(new GpuDemand(1, false).slots(8, 2)).isEqualTo(2);
    assertThat(new GpuDemand(1, false).slots(1, 2)).isEqualTo(1);
    assertThat(new GpuDemand(2, false).slots(8, 5)).isEqualTo(2);
    assertThat(new GpuDemand(0.25, false).slots(16, 2)).isEqualTo(8);
    // Spark puts three on a GPU of which each takes three tenths.
    assertThat(new GpuDemand(0.3, false).slots(16, 1)).isEqualTo(3);
  }

  @Test
  void slotsAskedFor_areOfAllExecutors_whereTheirNumberIsSaid() {
    GpuDemand demand = new GpuDemand(1, true);
    assertThat(demand.slotsAskedFor(conf)).isEmpty();
    conf.set("spark.executor.instances", "3").set("spark.executor.cores", "8");
    assertThat(demand.slotsAskedFor(conf)).as("no number that Spark's own manager knows").isEmpty();
    conf.set("spark.cores.max", "39");
    assertThat(demand.slotsAskedFor(conf)).as("four executors, two GPUs each").hasValue(8);
    conf.set("spark.master", "yarn");
    assertThat(demand.slotsAskedFor(conf)).hasValue(6);
    conf.set("spark.task.cpus", "8");
    assertThat(demand.slotsAskedFor(conf)).hasValue(3);
    assertThat(new GpuDemand(4, true).slotsAskedFor(conf)).as("none has so many").isEmpty();
    conf.set("spark.dynamicAllocation.enabled", "true");
    assertThat(demand.slotsAskedFor(conf)).isEmpty();
  }

  @Test
  void ofEveryTask_isSparksOwn() {
    assertThat(GpuDemand.of(conf)).isEqualTo(new GpuDemand(0, false));
    conf.set("spark.task.resource.gpu.amount", "0.5");
    assertThat(GpuDemand.of(conf)).isEqualTo(new GpuDemand(0.5, false));
  }

  @Test
  void ofNetworksOnly() {
    conf.set("spark.limbeck.task.resource.gpu.amount", "1");
    assertThat(GpuDemand.of(conf)).isEqualTo(new GpuDemand(1, true));
  }

  @Test
  void contradictions_areRefused() {
    conf.set("spark.limbeck.task.resource.gpu.amount", "1");
    assertThatThrownBy(() -> GpuDemand.of(conf.clone().set("spark.task.resource.gpu.amount", "1")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'spark.limbeck.task.resource.gpu.amount' and 'spark.task.resource.gpu.amount' are both set: the one is for tasks that run networks, the other for all");
    assertThatThrownBy(
            () -> GpuDemand.of(conf.clone().set("spark.executor.resource.gpu.amount", "0")))
        .hasMessage(
            "'spark.limbeck.task.resource.gpu.amount' is set, but executors have no GPUs: set 'spark.executor.resource.gpu.amount'");
    assertThatThrownBy(
            () -> GpuDemand.of(conf.clone().set("spark.dynamicAllocation.enabled", "true")))
        .hasMessage(
            "'spark.limbeck.task.resource.gpu.amount' needs 'spark.dynamicAllocation.enabled' to be false: what examples executors keep, they train on");
    assertThatThrownBy(() -> GpuDemand.of(conf.clone().set("spark.master", "local[4]")))
        .hasMessage(
            "'spark.limbeck.task.resource.gpu.amount' needs a cluster: Spark has profiles of stages on standalone, YARN and Kubernetes, but 'spark.master' is \"local[4]\"");
    for (String bad : new String[] {"0", "0.7", "1.5", "-1", "one"}) {
      assertThatThrownBy(
              () -> GpuDemand.of(conf.clone().set("spark.limbeck.task.resource.gpu.amount", bad)))
          .hasMessage(
              "'spark.limbeck.task.resource.gpu.amount' is \"%s\", but must be a whole number of GPUs, or a part of one up to 0.5",
              bad);
    }
  }
}
