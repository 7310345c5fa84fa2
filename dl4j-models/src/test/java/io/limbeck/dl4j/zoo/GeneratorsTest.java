package io.limbeck.dl4j.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.GeneratorConfig;
import io.limbeck.core.config.GeneratorConfig.DaflGenerator;
import io.limbeck.core.config.GeneratorConfig.ZsktGenerator;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.Goldens;
import io.limbeck.dl4j.graph.Networks;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GeneratorsTest {
  private static final Goldens GOLDENS = Goldens.of("/generators.json");

  @Test
  void dafl_matchesPyTorch() {
    assertGolden("DAFLGenerator", new DaflGenerator(8, 5, 4, 2, 0.8, 0.2), 3);
  }

  @Test
  void zskt_matchesPyTorch() {
    assertGolden("ZSKTGenerator", new ZsktGenerator(8, 6, 4, 2, 0.1), 1);
  }

  private static void assertGolden(String kind, GeneratorConfig config, int channels) {
    var golden = GOLDENS.find("kind", kind);
    ComputationGraph network = Networks.fresh(Generators.of(config, channels, 1, DataType.DOUBLE));
    Map<String, INDArray> parameters = Goldens.named(golden.get("parameters"));
    Goldens.assign(network, GeneratorConfig.PREFIX, parameters);
    INDArray expected = Goldens.array(golden.get("image"));
    INDArray found = network.output(true, Goldens.array(golden.get("noise")))[0];
    assertThat(found.shape()).containsExactly(expected.shape());
    assertThat(found.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-9));
  }

  @Test
  void sizes_mustFit() {
    assertThatThrownBy(() -> new DaflGenerator(30, 10, 8, 2, 0.8, 0.2))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'img_size' of a DAFLGenerator is 30 but must be a multiple of 'scale_factor' squared, 4");
    assertThatThrownBy(() -> new ZsktGenerator(32, 10, 7, 2, 0.2))
        .hasMessage("'hidden_channels' of a ZSKTGenerator is 7 but must be even");
  }
}
