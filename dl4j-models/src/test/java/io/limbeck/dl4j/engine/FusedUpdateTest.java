package io.limbeck.dl4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.core.config.ArchitectureConfig.CifarResNet;
import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TrainingGraph;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.zoo.Architectures;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Against DL4J's own updaters, on networks that are the same otherwise. */
class FusedUpdateTest {
  private static final int CLASSES = 5;

  /** Vectors of several pieces and a rest, and BatchNorm's statistics between the weights. */
  private static Stream<ComputationGraphConfiguration> learning() {
    ScheduleConfig.LrSchedule cosine = new ScheduleConfig.Cosine(0, 0);
    return Stream.of(
        resNet(new ScheduleConfig(3, 4, new ScheduleConfig.Nesterovs(0.1, 0.9), 0, cosine)),
        resNet(new ScheduleConfig(3, 4, new ScheduleConfig.Nesterovs(0.1, 0.5), 0.01, cosine)),
        resNet(new ScheduleConfig(3, 4, new ScheduleConfig.Sgd(0.1), 0.01, cosine)),
        mlp(50, new ScheduleConfig(3, 4, new ScheduleConfig.Nesterovs(0.1, 0.9), 0.1, cosine)),
        // More than a thread does at a time.
        mlp(1500, new ScheduleConfig(3, 4, new ScheduleConfig.Nesterovs(0.1, 0.9), 0.1, cosine)));
  }

  private static ComputationGraphConfiguration resNet(ScheduleConfig schedule) {
    InputType input = InputType.convolutional(8, 8, 3);
    return training(
        new Architectures(input, CLASSES, 7, DataType.FLOAT).cifarResNet(new CifarResNet(8, null)),
        schedule);
  }

  private static ComputationGraphConfiguration mlp(int hidden, ScheduleConfig schedule) {
    InputType input = InputType.feedForward(192);
    return training(
        new Architectures(input, CLASSES, 7, DataType.FLOAT).mlp(new Mlp(List.of(hidden), null)),
        schedule);
  }

  private static ComputationGraphConfiguration training(
      ComputationGraphConfiguration network, ScheduleConfig schedule) {
    return TrainingGraph.supervised(LogitsForm.of(network), new TrainingOptions(schedule, 2, 1))
        .network()
        .getConfiguration();
  }

  @ParameterizedTest
  @MethodSource("learning")
  void parametersAndState_equalDl4js(ComputationGraphConfiguration conf) {
    ComputationGraph stock = Networks.fresh(conf.clone());
    ComputationGraph fused = Networks.learning(conf.clone());
    assertThat(FusedDescent.isIn(stock)).isFalse();
    assertThat(FusedDescent.isIn(fused)).isTrue();
    for (int i = 0; i < 4; i++) {
      fit(stock, i);
      fit(fused, i);
    }
    near(fused.params(), stock.params());
    if (stock.getUpdater().getStateViewArray() != null) {
      near(fused.getUpdater().getStateViewArray(), stock.getUpdater().getStateViewArray());
    }
    assertThat(fused.getIterationCount()).isEqualTo(4);
  }

  /** Mini-batches of different sizes. */
  private static void fit(ComputationGraph network, int step) {
    boolean images = network.getConfiguration().getVertices().size() > 6;
    int batch = 4 - step % 2;
    INDArray features =
        (images ? Fixtures.random(step, batch, 3, 8, 8) : Fixtures.random(step, batch, 192))
            .castTo(DataType.FLOAT);
    network.fit(
        new MultiDataSet(
            new INDArray[] {features},
            new INDArray[] {Fixtures.labels(features, CLASSES)},
            null,
            null));
  }

  private static void near(INDArray value, INDArray expected) {
    assertThat(value.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-6);
  }

  /** What it does not know is DL4J's. */
  @Test
  void adam_orClippedGradients_orDoublePrecision_areLeftAlone() {
    ScheduleConfig.LrSchedule constant = new ScheduleConfig.Constant(0);
    ComputationGraphConfiguration adam =
        mlp(
            50,
            new ScheduleConfig(1, 4, new ScheduleConfig.Adam(0.1, 0.9, 0.999, 1e-8), 0, constant));
    assertThat(FusedDescent.isIn(Networks.learning(adam))).isFalse();

    ComputationGraphConfiguration clipped = mlp(50, Fixtures.sgd(0.1));
    clipped.getVertices().values().stream()
        .filter(LayerVertex.class::isInstance)
        .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
        .filter(BaseLayer.class::isInstance)
        .forEach(
            layer ->
                ((BaseLayer) layer).setGradientNormalization(GradientNormalization.ClipL2PerLayer));
    assertThat(FusedDescent.isIn(Networks.learning(clipped))).isFalse();

    ComputationGraphConfiguration precise = mlp(50, Fixtures.sgd(0.1));
    precise.setDataType(DataType.DOUBLE);
    assertThat(FusedDescent.isIn(Networks.learning(precise))).isFalse();
  }
}
