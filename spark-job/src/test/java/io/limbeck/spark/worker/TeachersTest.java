package io.limbeck.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.LoadedTeacher;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.device.TestDevice;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class TeachersTest {
  /**
   * Twenty tasks, eight at a time on two threads, each with a copy of its own of the broadcast's
   * handle.
   */
  @Test
  void loaded_manyTasks_loadsOnceInAJvm() {
    ComputationGraph network =
        Networks.fresh(
            LogitsForm.of(
                new Architectures(InputType.feedForward(4), 3, 77, DataType.FLOAT)
                    .mlp(new Mlp(List.of(5), null))));
    Broadcast<FrozenNetwork> teacher =
        TestSpark.context()
            .broadcast(FrozenNetwork.of(network.getConfiguration(), network, List.of("head.fc")));
    int before = Teachers.loads();
    List<Integer> identities =
        TestSpark.context()
            .parallelize(IntStream.range(0, 20).boxed().toList(), 20)
            .map(task -> System.identityHashCode(Teachers.loaded(teacher.value())))
            .distinct()
            .collect();
    assertThat(identities).hasSize(1);
    assertThat(Teachers.loads()).isEqualTo(before + 1);
  }

  /** Another one each time. */
  private static final class Nothing implements LoadedTeacher {
    @Override
    public Teacher instance() {
      return null;
    }
  }

  /** One that is made of another. */
  private record Made(String fingerprint, FrozenTeacher of) implements FrozenTeacher {
    @Override
    public List<String> outputs() {
      return List.of();
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public LoadedTeacher load() {
      return of == null ? new Nothing() : Teachers.loaded(of);
    }
  }

  @Test
  void loaded_oneMadeOfAnother_loadsBoth_onceEach() {
    FrozenTeacher inner = new Made("inner", null);
    FrozenTeacher outer = new Made("outer", inner);
    int before = Teachers.loads();
    assertThat(Teachers.loaded(outer)).isSameAs(Teachers.loaded(inner));
    assertThat(Teachers.loaded(outer)).isSameAs(Teachers.loaded(outer));
    assertThat(Teachers.loads()).isEqualTo(before + 2);
  }

  /** What lies on one is of no use on another. */
  @Test
  void loaded_onTwoDevices_loadsOnceOnEach() {
    FrozenTeacher inner = new Made("inner of devices", null);
    FrozenTeacher outer = new Made("outer of devices", inner);
    int before = Teachers.loads();
    LoadedTeacher first = TestDevice.on(0, () -> Teachers.loaded(outer));
    LoadedTeacher second = TestDevice.on(1, () -> Teachers.loaded(outer));
    assertThat(Teachers.loads()).isEqualTo(before + 4);
    assertThat(second).isNotSameAs(first);
    assertThat(TestDevice.on(1, () -> Teachers.loaded(inner))).isSameAs(second);
    assertThat(TestDevice.on(0, () -> Teachers.loaded(outer))).isSameAs(first);
    assertThat(Teachers.loads()).isEqualTo(before + 4);
  }
}
