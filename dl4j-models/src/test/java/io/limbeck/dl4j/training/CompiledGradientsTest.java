package io.limbeck.dl4j.training;

import static io.limbeck.dl4j.training.TrainedNetworks.assertClose;
import static io.limbeck.dl4j.training.TrainedNetworks.compute;
import static io.limbeck.dl4j.training.TrainedNetworks.conf;
import static io.limbeck.dl4j.training.TrainedNetworks.step;
import static io.limbeck.dl4j.training.TrainedNetworks.varied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.dl4j.graph.Networks;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** Gradients and updates, over layers that are checked against stock ones elsewhere. */
class CompiledGradientsTest {
  /** How far gradients are from exact ones, by name, relative to those or the largest ones. */
  private static Map<String, Double> errors(ComputationGraph network, ComputationGraph exact) {
    Map<String, INDArray> found = network.gradient().gradientForVariable();
    Map<String, INDArray> expected = exact.gradient().gradientForVariable();
    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    double largest =
        expected.values().stream()
            .mapToDouble(each -> each.norm2Number().doubleValue())
            .max()
            .orElseThrow();
    Map<String, Double> errors = new LinkedHashMap<>();
    expected.forEach(
        (name, gradient) -> {
          INDArray difference = found.get(name).castTo(DataType.DOUBLE).sub(gradient);
          double scale = Math.max(gradient.norm2Number().doubleValue(), 1e-3 * largest);
          errors.put(name, difference.norm2Number().doubleValue() / scale);
        });
    return errors;
  }

  /**
   * Against double precision. In single precision some value before a ReLU may lie on the other
   * side of zero, and all gradients before it differ by what hangs on it, in DL4J's network as in
   * this one; but not in every mini-batch.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet, 16",
    "resnet, 11",
    "wide resnet, 16",
    "cnn, 16",
    "cnn, 1",
    "mlp, 16",
    "mlp, 1",
    "large mlp, 16",
    "large mlp, 1",
    "weighted, 16",
    "likelihood, 16",
    "mobilenet, 16",
    "of a user, 16",
    "of a user, 11"
  })
  void gradients_areExact(String kind, int batch) {
    CompiledGraph compiled = varied(Networks.learning(conf(kind)));
    ComputationGraph exact = Networks.fresh(conf(kind, DataType.DOUBLE));
    exact.setParams(compiled.params().castTo(DataType.DOUBLE));
    Map<String, Double> least = new LinkedHashMap<>();
    for (int seed = 1; seed <= 8; seed++) {
      compute(exact, seed, batch);
      compute(compiled, seed, batch);
      assertThat(compiled.isCompiled()).isTrue();
      assertThat(compiled.score()).isCloseTo(exact.score(), within(1e-3 * exact.score()));
      errors(compiled, exact).forEach((name, error) -> least.merge(name, error, Math::min));
    }
    assertThat(least).allSatisfy((name, error) -> assertThat(error).as(name).isLessThan(1e-3));
  }

  /** What a step adds to the parameters. */
  private record Updates(INDArray compiled, INDArray own) {

    static Updates of(ComputationGraphConfiguration conf) {
      CompiledGraph compiled = varied(Networks.learning(conf));
      ComputationGraph own = varied(Networks.fresh(conf.clone()));
      INDArray before = own.params().dup();
      step(own, 1, 16);
      step(compiled, 1, 16);
      assertThat(compiled.isCompiled()).isTrue();
      return new Updates(compiled.params().sub(before), own.params().sub(before));
    }
  }

  /** Of a network that is not so deep that rounding shows. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet", "wide resnet", "cnn", "mlp", "large mlp", "of a user"})
  void updates_areDl4js(String kind) {
    ComputationGraphConfiguration conf = conf(kind);
    Updates updates = Updates.of(conf);
    assertClose(updates.compiled(), updates.own(), "change");
  }

  /** One that is not written anew here, and reads the gradients from DL4J's own place. */
  @Test
  void updatesOfAdam_areDl4js() {
    ComputationGraphConfiguration conf = conf("resnet");
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BaseLayer base
          && !(base instanceof BatchNormalization)) {
        base.setIUpdater(new Adam(0.01));
      }
    }
    Updates updates = Updates.of(conf);
    assertThat(updates.compiled().distance2(updates.own()))
        .isLessThan(0.02 * updates.own().norm2Number().doubleValue());
  }

  @Test
  void probabilitiesTooSmallToTell_areClippedAsDl4jDoes() {
    ComputationGraphConfiguration conf = conf("mlp");
    CompiledGraph compiled = varied(Networks.learning(conf));
    ComputationGraph own = varied(Networks.fresh(conf.clone()));
    compiled.params().muli(50);
    own.params().muli(50);
    compute(own, 1, 16);
    compute(compiled, 1, 16);
    assertThat(compiled.isCompiled()).isTrue();
    assertThat(own.score()).isGreaterThan(10);
    assertThat(compiled.score()).isCloseTo(own.score(), within(1e-4 * own.score()));
  }
}
