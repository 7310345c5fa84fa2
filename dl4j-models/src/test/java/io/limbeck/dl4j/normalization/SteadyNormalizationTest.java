package io.limbeck.dl4j.normalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.normalization.SteadyNormalization.Statistics;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SteadyNormalizationTest {
  private static final INDArray FEATURES = Fixtures.random(1, 5, 2, 4, 4);

  private static ComputationGraphConfiguration network(boolean logStd, boolean locked) {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.DOUBLE)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(InputType.convolutional(4, 4, 2))
        .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(3).build(), "input")
        .addLayer(
            "bn",
            new BatchNormalization.Builder()
                .useLogStd(logStd)
                .lockGammaBeta(locked)
                .gamma(1.3)
                .beta(0.4)
                .build(),
            "conv")
        .addLayer(
            "out", new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(), "bn")
        .setOutputs("out")
        .build();
  }

  /** With statistics of its own. */
  private static ComputationGraph usual(boolean logStd, boolean locked) {
    ComputationGraph network = Networks.fresh(network(logStd, locked));
    network.getLayer("bn").getParam("mean").assign(Fixtures.random(2, 1, 3));
    INDArray spread = network.getLayer("bn").getParam(logStd ? "log10stdev" : "var");
    spread.assign(Fixtures.random(4, 1, 3).addi(1.5));
    if (!locked) {
      network.getLayer("bn").getParam("gamma").assign(Fixtures.random(5, 1, 3));
      network.getLayer("bn").getParam("beta").assign(Fixtures.random(6, 1, 3));
    }
    return network;
  }

  /** The same network, as a file would bring it. */
  private static ComputationGraph steady(ComputationGraph usual, Statistics statistics) {
    ComputationGraphConfiguration conf = usual.getConfiguration().clone();
    SteadyNormalization.replaceAll(conf, statistics);
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(conf.toJson());
    assertThat(read).isEqualTo(conf);
    return Networks.sharing(read, usual.params().dup());
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true"})
  void running_isAsInInference_inBothModes(boolean logStd, boolean locked) {
    ComputationGraph usual = usual(logStd, locked);
    ComputationGraph steady = steady(usual, Statistics.RUNNING);
    INDArray expected = usual.output(false, FEATURES)[0];
    for (boolean training : new boolean[] {true, false}) {
      assertThat(steady.output(training, FEATURES)[0].equalsWithEps(expected, 1e-12)).isTrue();
    }
    assertThat(SteadyNormalization.isByExample(steady.getConfiguration())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void miniBatch_isAsInTraining_inBothModes(boolean logStd) {
    ComputationGraph usual = usual(logStd, false);
    ComputationGraph steady = steady(usual, Statistics.MINI_BATCH);
    INDArray expected = usual.output(true, FEATURES)[0];
    assertThat(expected.equalsWithEps(usual.output(false, FEATURES)[0], 1e-3)).isFalse();
    for (boolean training : new boolean[] {true, false}) {
      assertThat(steady.output(training, FEATURES)[0].equalsWithEps(expected, 1e-12)).isTrue();
    }
    assertThat(SteadyNormalization.isByExample(steady.getConfiguration())).isFalse();
    assertThat(steady.params()).as("its running statistics").isEqualTo(usual.params());
  }

  @Test
  void miniBatch_goesNoWayBack() {
    ComputationGraph steady = steady(usual(true, false), Statistics.MINI_BATCH);
    steady.setInputs(FEATURES);
    steady.setLabels(Fixtures.labels(FEATURES, 3));
    assertThatThrownBy(steady::computeGradientAndScore)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("It belongs to a network that is frozen");
  }
}
