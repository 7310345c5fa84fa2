package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.SmallCnn;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class CpuEngineTest {
  private static final InputType INPUT = InputType.convolutional(12, 12, 3);
  private final INDArray features = Fixtures.random(1, 4, 3, 12, 12).castTo(DataType.FLOAT);

  @AfterEach
  void switchOn() {
    System.clearProperty(CpuEngine.PROPERTY);
  }

  private static ComputationGraphConfiguration conf(String kind, DataType type) {
    Architectures zoo = new Architectures(INPUT, 5, 7, type);
    return switch (kind) {
      case "resnet" -> zoo.cifarResNet(new CifarResNet(8, null));
      case "cnn" -> zoo.smallCnn(new SmallCnn(List.of(3, 4), 6, null));
      default -> ofAUser(type);
    };
  }

  /** What DL4J's users write and the zoo does not: activations in convolutions, "same" padding. */
  private static ComputationGraphConfiguration ofAUser(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(INPUT)
        .addLayer(
            "wide",
            new ConvolutionLayer.Builder(5, 4)
                .nOut(6)
                .stride(2, 2)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build(),
            "input")
        .addLayer(
            "dilated",
            new ConvolutionLayer.Builder(3, 3)
                .nOut(5)
                .dilation(2, 2)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.TANH)
                .build(),
            "wide")
        .addLayer(
            "head.fc",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(5)
                .activation(Activation.SOFTMAX)
                .build(),
            "dilated")
        .setOutputs("head.fc")
        .build();
  }

  @Test
  void status_isFastWithTheBundledBackend() {
    assertThat(CpuEngine.status()).isEqualTo(new EngineStatus(true, false, "oneDNN"));
  }

  @Test
  void status_switchedOff_saysWhy() {
    System.setProperty(CpuEngine.PROPERTY, "false");
    assertThat(CpuEngine.status().fast()).isFalse();
    assertThat(CpuEngine.status().degraded()).isTrue();
    assertThat(CpuEngine.status().description()).contains("-Dlimbeck.onednn=false");
    assertThat(CpuEngine.isAccelerated(Networks.fresh(conf("cnn", DataType.FLOAT)))).isFalse();
  }

  @Test
  void everyNetwork_isAccelerated() {
    ComputationGraph fresh = Networks.fresh(conf("resnet", DataType.FLOAT));
    assertThat(CpuEngine.isAccelerated(fresh)).isTrue();
    assertThat(CpuEngine.isAccelerated(ModelFile.read(ModelFile.write(fresh, 3, 12, 12), "x.zip")))
        .isTrue();
    assertThat(
            CpuEngine.isAccelerated(
                Networks.of(fresh.getConfiguration(), Networks.parameters(fresh))))
        .isTrue();
    TrainingGraph graph =
        TrainingGraph.supervised(
            LogitsForm.of(fresh.getConfiguration()), new TrainingOptions(Fixtures.sgd(0.1), 1, 1));
    assertThat(CpuEngine.isAccelerated(graph.network())).isTrue();
  }

  @Test
  void doublePrecision_keepsDl4jsPath() {
    assertThat(CpuEngine.isAccelerated(Networks.fresh(conf("resnet", DataType.DOUBLE)))).isFalse();
  }

  /**
   * Values and gradients of the fast path are the stock layers', to float precision, also for the
   * remembered output.
   */
  @ParameterizedTest
  @ValueSource(strings = {"resnet", "cnn", "of a user"})
  void fastPath_equalsStock(String kind) {
    ComputationGraph fast = trained(kind);
    System.setProperty(CpuEngine.PROPERTY, "false");
    ComputationGraph stock = trained(kind);
    assertThat(CpuEngine.isAccelerated(fast)).isTrue();
    assertThat(CpuEngine.isAccelerated(stock)).isFalse();
    assertThat(fast.params().sub(stock.params()).amaxNumber().doubleValue()).isLessThan(2e-5);
    assertThat(
            fast.feedForward(features, false)
                .get("head.fc")
                .equalsWithEps(stock.feedForward(features, false).get("head.fc"), 1e-3))
        .isTrue();
  }

  private ComputationGraph trained(String kind) {
    TrainingGraph graph =
        TrainingGraph.supervised(
            LogitsForm.of(conf(kind, DataType.FLOAT)),
            new TrainingOptions(Fixtures.sgd(0.05), 1, 1));
    DistillationStep step = DistillationStep.supervised(graph);
    for (int i = 0; i < 2; i++) {
      step.run(DistillationStep.Batch.of(features, Fixtures.labels(features, 5)));
    }
    return graph.network();
  }
}
