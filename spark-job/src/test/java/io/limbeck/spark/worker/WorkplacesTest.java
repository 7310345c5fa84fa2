package io.limbeck.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.device.TaskDevice;
import io.limbeck.spark.device.TestDevice;
import java.util.List;
import java.util.UUID;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class WorkplacesTest {
  /** Of a run of its own. */
  private static WorkerPlan plan() {
    ScheduleConfig schedule =
        new ScheduleConfig(1, 4, new ScheduleConfig.Sgd(0.1), 0, new ScheduleConfig.Constant(0));
    return new WorkerPlan(
        UUID.randomUUID().toString(),
        LogitsForm.of(
                new Architectures(InputType.feedForward(4), 3, 1, DataType.FLOAT)
                    .mlp(new Mlp(List.of(5), null)))
            .toJson(),
        null,
        new TrainingOptions(schedule, 1, 1),
        1);
  }

  private static Workplace take(WorkerPlan plan, int device) {
    return TestDevice.on(device, () -> Workplaces.take(plan, TaskDevice.current(), () -> null));
  }

  private static void giveBack(WorkerPlan plan, int device, Workplace workplace) {
    TestDevice.on(
        device,
        () -> {
          Workplaces.giveBack(plan, TaskDevice.current(), workplace);
          return null;
        });
  }

  @Test
  void take_whatWasGivenBack_isTakenAgain_byOneAtATime() {
    WorkerPlan plan = plan();
    Workplace first = take(plan, 0);
    Workplace second = take(plan, 0);
    assertThat(second).isNotSameAs(first);
    giveBack(plan, 0, first);
    assertThat(take(plan, 0)).isSameAs(first);
    assertThat(take(plan, 0)).isNotSameAs(first).isNotSameAs(second);
  }

  /** What lies on one is of no use on another. */
  @Test
  void take_onAnotherDevice_isAnother() {
    WorkerPlan plan = plan();
    Workplace first = take(plan, 0);
    giveBack(plan, 0, first);
    Workplace second = take(plan, 1);
    assertThat(second).isNotSameAs(first);
    giveBack(plan, 1, second);
    assertThat(take(plan, 0)).isSameAs(first);
    assertThat(take(plan, 1)).isSameAs(second);
  }

  @Test
  void take_ofManyRuns_thoseOfTheOldestAreLetGo() {
    WorkerPlan oldest = plan();
    Workplace first = take(oldest, 0);
    giveBack(oldest, 0, first);
    WorkerPlan newer = plan();
    Workplace second = take(newer, 0);
    giveBack(newer, 0, second);
    take(plan(), 0);
    assertThat(take(newer, 0)).isSameAs(second);
    assertThat(take(oldest, 0)).isNotSameAs(first);
  }
}
