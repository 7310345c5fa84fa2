package io.limbeck.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.TestSpark;
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
}
