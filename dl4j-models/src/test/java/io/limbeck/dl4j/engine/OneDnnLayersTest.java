package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Layers that take the place of DL4J's own, against those. */
class OneDnnLayersTest {
  private final INDArray features = Fixtures.random(1, 6, 9).castTo(DataType.FLOAT);
  private final INDArray labels = Fixtures.labels(features, 4);

  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
  }

  private static GraphBuilder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.FLOAT)
        .updater(new Nesterovs(0.1, 0.9))
        .graphBuilder()
        .addInputs("in");
  }

  private static DenseLayer.Builder dense(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out);
  }

  private static ComputationGraphConfiguration conf(String kind) {
    DenseLayer.Builder first = dense(9, 8).activation(Activation.IDENTITY);
    switch (kind) {
      case "activation inside" -> first.activation(Activation.TANH);
      case "no bias" -> first.hasBias(false);
      case "layer normalisation" -> first.hasLayerNorm(true);
      case "dropout" -> first.dropOut(new Dropout(0.5));
      case "weight noise" -> first.weightNoise(new DropConnect(0.5));
      default -> {}
    }
    return builder()
        .addLayer("first", first.build(), "in")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "first")
        .addLayer("second", dense(8, 7).activation(Activation.SIGMOID).build(), "relu")
        .addLayer("relu6", new ActivationLayer(new ActivationReLU(0.6, 0.0, 0.0)), "second")
        .addLayer("logits", dense(7, 4).activation(Activation.IDENTITY).build(), "relu6")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "logits")
        .setOutputs("loss")
        .build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "activation inside",
        "no bias",
        "layer normalisation",
        "dropout",
        "weight noise"
      })
  void trained_equalsStock(String kind) {
    ComputationGraph fast = trained(kind);
    System.setProperty(CpuEngine.PROPERTY, "false");
    ComputationGraph stock = trained(kind);
    assertThat(fast.params().sub(stock.params()).amaxNumber().doubleValue()).isLessThan(1e-5);
    assertThat(fast.output(features)[0].equalsWithEps(stock.output(features)[0], 1e-5)).isTrue();
  }

  private ComputationGraph trained(String kind) {
    ComputationGraph network = Networks.fresh(conf(kind));
    for (int i = 0; i < 3; i++) {
      // Dropout and weight noise are drawn alike; a seed of 0 means none to ND4J.
      Nd4j.getRandom().setSeed(i + 1);
      network.fit(
          new MultiDataSet(
              new INDArray[] {features.dup()}, new INDArray[] {labels.dup()}, null, null));
    }
    return network;
  }

  @Test
  void onlyWhatIsTheSame_isReplaced() {
    assertThat(kinds("plain"))
        .containsExactly(
            "OneDnnDense",
            "OneDnnRelu",
            "OneDnnDense",
            "ActivationLayer",
            "OneDnnDense",
            "LossLayer");
    assertThat(kinds("layer normalisation").get(0)).isEqualTo("DenseLayer");
  }

  private static List<String> kinds(String kind) {
    return Arrays.stream(Networks.fresh(conf(kind)).getLayers())
        .map(Layer::getClass)
        .map(Class::getSimpleName)
        .toList();
  }

  /** A vector's order is the network's, not the layer's. */
  @Test
  void parametersAndGradients_stayViewsOfTheNetworks() {
    ComputationGraph network = Networks.fresh(conf("plain"));
    network.params().assign(0.25);
    assertThat(network.getLayer("first").getParam("W").minNumber().doubleValue()).isEqualTo(0.25);
    assertThat(network.getLayer("first")).isSameAs(network.getLayers()[0]);
  }
}
