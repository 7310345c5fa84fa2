package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.error.UserException;
import java.util.Set;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** DL4J's layers and vertices that are written in SameDiff, in a graph that is trained. */
class GradientCorrectionsTest {
  private static final int SIZE = 4;
  private static final int LENGTH = 3;

  /** A layer, a vertex without parameters, and a classifier that nobody reads. */
  private static ComputationGraphConfiguration conf(boolean projected) {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .activation(Activation.IDENTITY)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(InputType.recurrent(SIZE, LENGTH))
        .allowDisconnected(true)
        .addLayer("conv", new Convolution1DLayer.Builder(1).nOut(SIZE).build(), "input")
        .addLayer(
            "layer",
            new SelfAttentionLayer.Builder().nOut(SIZE).nHeads(2).projectInput(true).build(),
            "conv")
        .addVertex("plain", attention(projected), "layer", "conv", "layer")
        .addVertex("flat", new ReshapeVertex(-1, SIZE * LENGTH), "plain")
        .addLayer("fc", new DenseLayer.Builder().nOut(3).build(), "flat")
        .addLayer("unread", new DenseLayer.Builder().nOut(2).build(), "flat")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "fc")
        .setOutputs("loss")
        .build();
  }

  private static AttentionVertex attention(boolean projected) {
    return new AttentionVertex.Builder()
        .nInQueries(SIZE)
        .nInKeys(SIZE)
        .nInValues(SIZE)
        .nOut(SIZE)
        .nHeads(projected ? 2 : 1)
        .projectInput(projected)
        .build();
  }

  @Test
  void gradients_matchDifferences() {
    DistillationStep step =
        DistillationStep.supervised(
            TrainingGraph.supervised(conf(false), new TrainingOptions(Fixtures.sgd(0), 1, 1)));
    INDArray features = Fixtures.random(2, 5, SIZE, LENGTH);
    assertThat(
            new StepGradients(step, features, Fixtures.labels(features, 3))
                .check(4, name -> !name.startsWith("unread")))
        .contains("conv/W", "layer/Wq", "layer/Wo", "fc/W");
  }

  @Test
  void trainingChangesNoForwardPass() {
    ComputationGraph stock = Networks.fresh(conf(false));
    TrainingGraph training =
        TrainingGraph.supervised(conf(false), new TrainingOptions(Fixtures.sgd(0), 1, 1));
    assertThat(training.network().getConfiguration().getVertices())
        .containsKeys("layer.half_gradient", "unread.distill")
        .doesNotContainKey("plain.half_gradient");
    training.network().params().assign(stock.params());
    INDArray features = Fixtures.random(2, 5, SIZE, LENGTH);
    var ofStock = stock.feedForward(features, false);
    var ofTraining = training.network().feedForward(features, false);
    for (String vertex : Set.of("layer", "plain", "fc", "unread")) {
      assertThat(ofTraining.get(vertex).sub(ofStock.get(vertex)).amaxNumber().doubleValue())
          .as(vertex)
          .isLessThan(1e-12);
    }
  }

  @Test
  void vertexWithParameters_isRefused() {
    assertThatThrownBy(() -> LogitsForm.of(conf(true)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The model's vertex 'plain' has parameters of its own, being of type AttentionVertex, but only layers may have some: a"
                + " SelfAttentionLayer, for one");
  }

  /**
   * Layers in SameDiff are no BaseLayers: DL4J keeps what else they say of their learning apart.
   */
  @Test
  void updaterAndDecay_areSetOnThemToo() {
    ScheduleConfig schedule =
        new ScheduleConfig(1, 8, new ScheduleConfig.Sgd(0.25), 0.5, new ScheduleConfig.Constant(0));
    TrainingGraph graph =
        TrainingGraph.supervised(conf(false), new TrainingOptions(schedule, 1, 1));
    TrainingConfig layer = graph.network().getLayer("layer").conf().getLayer();
    assertThat(layer.getUpdaterByParam("Wq").getLearningRate(0, 0)).isEqualTo(0.25);
    assertThat(layer.getRegularizationByParam("Wq")).hasSize(1);
  }
}
