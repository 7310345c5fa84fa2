package io.limbeck.dl4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.ops.transforms.Transforms;

class LogitsFormTest {
  private static ComputationGraphConfiguration classifier(Activation activation) {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.feedForward(6))
        .addLayer(
            "hidden", new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build(), "in")
        .addLayer(
            "out",
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(activation)
                .nOut(3)
                .build(),
            "hidden")
        .setOutputs("out")
        .validateOutputLayerConfig(false)
        .build();
  }

  @Test
  void of_outputLayer_givesLogitsOfTheSameParameters() {
    ComputationGraph stock = Networks.fresh(classifier(Activation.SOFTMAX));
    ComputationGraphConfiguration form = LogitsForm.of(stock.getConfiguration());
    ComputationGraph network = Networks.of(form, Networks.parameters(stock));
    INDArray input = Fixtures.random(1, 4, 6).castTo(DataType.FLOAT);
    assertThat(ParameterLayout.of(network)).isEqualTo(ParameterLayout.of(stock));
    assertThat(LogitsForm.logits(form)).isEqualTo("out");
    assertThat(LogitsForm.loss(form)).isEqualTo("out.loss");
    INDArray logits = network.feedForward(input, false).get("out");
    assertThat(Transforms.softmax(logits).equalsWithEps(stock.outputSingle(input), 1e-6)).isTrue();
    assertThat(stock.getConfiguration().getNetworkOutputs()).containsExactly("out");
  }

  @Test
  void of_notSoftmax() {
    assertThatThrownBy(() -> LogitsForm.of(classifier(Activation.SIGMOID)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The model's output 'out' has activation sigmoid, but softmax is needed: distillation compares class"
                + " probabilities");
  }

  @Test
  void of_twoOutputs() {
    ComputationGraphConfiguration conf = classifier(Activation.SOFTMAX);
    conf.setNetworkOutputs(java.util.List.of("out", "hidden"));
    assertThatThrownBy(() -> LogitsForm.of(conf))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The model has inputs [in] and outputs [out, hidden], but a classifier with one of each is needed");
  }
}
