package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RandomSeedTest {
  private static ComputationGraph network(long seed) {
    return Networks.fresh(
        new Architectures(InputType.feedForward(8), 3, seed, DataType.FLOAT)
            .mlp(new Mlp(List.of(4), null)));
  }

  private static INDArray numbers(long seed) {
    RandomSeed.set(seed);
    return Nd4j.rand(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -7})
  void sameSeed_sameNumbers(long seed) {
    assertThat(numbers(seed)).isEqualTo(numbers(seed)).isNotEqualTo(numbers(seed + 1));
    assertThat(network(seed).params())
        .isEqualTo(network(seed).params())
        .isNotEqualTo(network(seed + 1).params());
    assertThat(network(seed).getConfiguration().getDefaultConfiguration().getSeed())
        .isEqualTo(seed);
  }
}
