package io.limbeck.dl4j.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.dl4j.function.Attention;
import io.limbeck.dl4j.function.ChannelAffine;
import io.limbeck.dl4j.function.Channels;
import io.limbeck.dl4j.function.Flatten;
import io.limbeck.dl4j.function.Interpolate;
import io.limbeck.dl4j.function.MarginRelu;
import io.limbeck.dl4j.function.Pad;
import io.limbeck.dl4j.function.RandomMask;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

class FunctionVertexTest {

  static Stream<ArrayFunction> functions() {
    return Stream.of(
        new Flatten(),
        new Interpolate(Interpolate.Method.BILINEAR, 6, 4),
        new Channels(1, 2),
        new Pad(Pad.Mode.values()[0], 2),
        new Attention(true, 0.5),
        new RandomMask(0.3, false),
        new MarginRelu(new double[] {-0.5, -1}),
        new ChannelAffine(new double[] {1, 2}, new double[] {0.25, -3}));
  }

  /** Evaluation sends configurations, and early exits are files. */
  @ParameterizedTest
  @MethodSource("functions")
  void json_bringsTheFunctionBack(ArrayFunction function) {
    ComputationGraphConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("input")
            .setInputTypes(InputType.convolutional(3, 3, 2))
            .addVertex("function", new FunctionVertex(function), "input")
            .addLayer(
                "out",
                new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(),
                "function")
            .setOutputs("out")
            .build();
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(conf.toJson());
    assertThat(((FunctionVertex) read.getVertices().get("function")).function())
        .usingRecursiveComparison()
        .isEqualTo(function);
  }
}
