package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.delivery.DeliveryConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.distiller.RecordReference;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.feature.L2Loss;
import io.limbeck.core.loss.feature.OFDLoss;
import io.limbeck.core.loss.logit.KLDivergence;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.ModuleOutputs;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.connector.ActivationConfig;
import io.limbeck.dl4j.connector.BYOTConnector;
import io.limbeck.dl4j.connector.ConvModuleConnector;
import io.limbeck.dl4j.connector.OFDTeacherConnector;
import io.limbeck.dl4j.connector.TorchFunctionalConnector;
import io.limbeck.dl4j.connector.TorchNNConnector;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class SelfDistillationTest {
  private static final InputType INPUT = InputType.convolutional(4, 6, 2);
  private static final String KEY = "algorithm.distiller";

  /** Nothing in it differs between training and inference. */
  private static ComputationGraphConfiguration network() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.DOUBLE)
        .activation(Activation.TANH)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(INPUT)
        .addLayer("body", new ConvolutionLayer.Builder(1, 1).nOut(3).build(), "input")
        .addLayer("deep", new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(4).build(), "body")
        .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "deep")
        .addLayer(
            "fc", new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build(), "gap")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "fc")
        .setOutputs("loss")
        .build();
  }

  /** An early exit at {@code body} learns from the deepest layers' map and logits. */
  private static DistillerConfig exits(Map<String, DeliveryConfig> deliveries) {
    return new DistillerConfig.ConfigurableDistiller(
        Map.of("body", new ModuleOutputs("body")),
        Map.of("deep", new ModuleOutputs("deep"), "fc", new ModuleOutputs("fc")),
        deliveries,
        Map.of(
            "feature",
            ConnectorChain.of(new ConvModuleConnector(3, 4, null, new ActivationConfig.None())),
            "up",
            ConnectorChain.of(
                new TorchFunctionalConnector(
                    TorchFunctionalConnector.Name.INTERPOLATE,
                    Map.of("size", List.of(4, 6), "mode", "bilinear"))),
            "exit",
            ConnectorChain.of(new BYOTConnector(3, 6, 3, 1, 2, 3, 1))),
        Map.of(
            "loss_map",
            new L2Loss(1, false, 1, true, false),
            "loss_kl",
            new KLDivergence(3, Reduction.BATCH_MEAN, 0.3, true, false)),
        Map.of(
            "loss_map",
            Map.of(
                "s_feature", RecordReference.of(Side.STUDENT, "body").through("feature"),
                "t_feature", RecordReference.of(Side.TEACHER, "deep").through("up")),
            "loss_kl",
            Map.of(
                "preds_S",
                new RecordReference("body", true, 0, null, "exit", 1),
                "preds_T",
                RecordReference.of(Side.TEACHER, "fc"))),
        Map.of());
  }

  private static NetworkDescription described() {
    return Describer.describe(Networks.fresh(network()), INPUT);
  }

  private static DistillationStep step(TrainingOptions options) {
    NetworkDescription network = described();
    Distiller distiller = Distiller.ofItself(exits(Map.of()), KEY, network);
    return DistillationStep.self(
        TrainingGraph.of(
            network(),
            StudentPlan.ofItself(distiller),
            new TrainingGraph.Surroundings(network, network, name -> null),
            options),
        distiller,
        new BatchAugments(List.of()));
  }

  /** What teaches takes no gradient, so a step is one with a frozen copy as the teacher. */
  @Test
  void step_isOneWithAFrozenCopyAsTeacher() {
    TrainingOptions options = new TrainingOptions(Fixtures.sgd(0.1), 1, 0.7);
    DistillationStep self = step(options);
    INDArray features = Fixtures.random(1, 5, 2, 4, 6);
    for (int i = 0; i < 3; i++) {
      ComputationGraph copy = Networks.fresh(network());
      copy.paramTable()
          .forEach((name, value) -> value.assign(self.student().network().paramTable().get(name)));
      DistillationStep taught = Fixtures.step(exits(Map.of()), network(), copy, INPUT, options);
      taught.student().network().params().assign(self.student().network().params());
      assertThat(run(self, features)).isEqualTo(run(taught, features));
      assertThat(self.student().network().params()).isEqualTo(taught.student().network().params());
    }
  }

  private static Map<String, Double> run(DistillationStep step, INDArray features) {
    return step.run(DistillationStep.Batch.of(features, Fixtures.labels(features, 3)));
  }

  @Test
  void delivery_hasNothingToDeliver() {
    assertThatThrownBy(
            () ->
                Distiller.ofItself(
                    exits(Map.of("deep", new DeliveryConfig.ModuleOutputs("deep", null))),
                    KEY,
                    described()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.distiller.distill_deliveries.deep' has nothing to deliver: a network that teaches itself runs"
                + " once");
  }

  @Test
  void connectorThatLearns_behindWhatTeaches_isRefused() {
    DistillerConfig config =
        new DistillerConfig.ConfigurableDistiller(
            Map.of("fc", new ModuleOutputs("fc")),
            Map.of("gap", new ModuleOutputs("gap")),
            Map.of(),
            Map.of(
                "other",
                ConnectorChain.of(
                    new TorchNNConnector(
                        TorchNNConnector.Name.LINEAR,
                        Map.of("in_features", 4, "out_features", 3)))),
            Map.of("loss_l2", new L2Loss(1, false, 1, true, false)),
            Map.of(
                "loss_l2",
                Map.of(
                    "s_feature", RecordReference.of(Side.STUDENT, "fc"),
                    "t_feature", RecordReference.of(Side.TEACHER, "gap").through("other"))),
            Map.of());
    assertThatThrownBy(() -> Distiller.ofItself(config, KEY, described()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'algorithm.distiller.connectors.other' would learn nothing: no gradient goes to what teacher_recorders"
                + " capture, put it behind one of student_recorders");
  }

  /** The margins are made of a BatchNorm that stays as it is; this one learns. */
  @Test
  void marginOfANormThatLearns_isRefused() {
    NetworkDescription network = described();
    Distiller distiller =
        Distiller.ofItself(
            new DistillerConfig.ConfigurableDistiller(
                Map.of("body", new ModuleOutputs("body")),
                Map.of("body", new ModuleOutputs("body")),
                Map.of(),
                Map.of("margin", ConnectorChain.of(new OFDTeacherConnector())),
                Map.of("loss_ofd", new OFDLoss(1, 10)),
                Map.of(
                    "loss_ofd",
                    Map.of(
                        "s_feature", RecordReference.of(Side.STUDENT, "body"),
                        "t_feature", RecordReference.of(Side.TEACHER, "body").through("margin"))),
                Map.of()),
            KEY,
            network);
    assertThatThrownBy(
            () ->
                TrainingGraph.of(
                    network(),
                    StudentPlan.ofItself(distiller),
                    new TrainingGraph.Surroundings(network, network, name -> null),
                    new TrainingOptions(Fixtures.sgd(0), 1, 1)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Connector 'margin' cannot be built: 'body' has no parameter 'gamma' that is known before training: it must be"
                + " a BatchNorm of a frozen teacher");
  }
}
