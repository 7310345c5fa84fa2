package io.limbeck.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.zoo.Architectures;
import io.limbeck.spark.device.TestDevice;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InstancesTest {
  private final INDArray examples = Nd4j.randn(DataType.FLOAT, 4, 3, 8, 8);

  private static FrozenNetwork network(int depth, int seed) {
    ComputationGraphConfiguration conf =
        LogitsForm.of(
            new Architectures(InputType.convolutional(8, 8, 3), 4, 1, DataType.FLOAT)
                .cifarResNet(new CifarResNet(depth, null)));
    long parameters = Networks.fresh(conf).numParams();
    Nd4j.getRandom().setSeed(seed);
    INDArray weights = Nd4j.rand(DataType.FLOAT, 1, parameters).muli(0.1);
    return FrozenNetwork.of(conf, Networks.of(conf, weights.data().asFloat()), List.of("head.fc"));
  }

  private float[] logits(TeacherGraph graph) {
    return graph.forward(examples).get("head.fc").dup('c').data().asFloat();
  }

  private float[] ofItsOwn(FrozenNetwork network) {
    return logits(network.materialise(network.sharedWeights()));
  }

  private static TeacherGraph used(FrozenNetwork network) {
    return Instances.with(network, graph -> graph);
  }

  @Test
  void sameNetworkWithOtherWeights_hasTheInstance_andPutsOutItsOwn() {
    FrozenNetwork first = network(8, 1);
    FrozenNetwork later = network(8, 2);
    TeacherGraph ofFirst = Instances.with(first, graph -> graph);
    assertThat(Instances.with(first, this::logits)).isEqualTo(ofItsOwn(first));
    assertThat(Instances.with(later, this::logits)).isEqualTo(ofItsOwn(later));
    assertThat(used(later)).isSameAs(ofFirst);
    assertThat(ofItsOwn(first)).isNotEqualTo(ofItsOwn(later));
  }

  @Test
  void tasksAtOnce_haveOneEach() {
    FrozenNetwork network = network(8, 1);
    TeacherGraph[] inner = new TeacherGraph[1];
    TeacherGraph outer =
        Instances.with(
            network,
            graph -> {
              inner[0] = Instances.with(network, each -> each);
              return graph;
            });
    assertThat(inner[0]).isNotSameAs(outer);
  }

  @Test
  void devices_haveOneEach() {
    FrozenNetwork network = network(8, 1);
    TeacherGraph first = TestDevice.on(0, () -> used(network));
    TeacherGraph second = TestDevice.on(1, () -> used(network));
    assertThat(second).isNotSameAs(first);
    assertThat(TestDevice.on(0, () -> used(network))).isSameAs(first);
    assertThat(TestDevice.on(1, () -> used(network))).isSameAs(second);
  }

  @Test
  void anotherNetwork_takesThePlace() {
    TeacherGraph of8 = Instances.with(network(8, 1), graph -> graph);
    FrozenNetwork other = network(14, 1);
    assertThat(Instances.with(other, this::logits)).isEqualTo(ofItsOwn(other));
    assertThat(used(network(8, 1))).isNotSameAs(of8);
  }

  @Test
  void instanceOfAFailedTask_isNotUsedAgain() {
    FrozenNetwork network = network(8, 1);
    TeacherGraph[] failed = new TeacherGraph[1];
    assertThatThrownBy(
            () ->
                Instances.with(
                    network,
                    graph -> {
                      failed[0] = graph;
                      throw new IllegalStateException("bad");
                    }))
        .hasMessage("bad");
    assertThat(used(network)).isNotSameAs(failed[0]);
  }
}
