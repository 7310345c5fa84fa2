package com.example.assignment;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks that score every position of an image of 32 by 32 for three classes. */
public final class DenseNetworks {
  /** Classes. */
  public static final int CLASSES = 3;

  /** Height and width of an image. */
  public static final int SIDE = 32;

  /** Height and width of the map of scores. */
  public static final int MAP = 8;

  private static final int POSITIVES = 2;

  private DenseNetworks() {}

  /**
   * Writes {@code student.zip} and {@code teacher.zip}, with fresh weights, into a folder.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    network(1, 4, 8).save(folder.resolve("student.zip").toFile());
    network(2, 16, 32).save(folder.resolve("teacher.zip").toFile());
  }

  /**
   * A network.
   *
   * @param seed of its weights
   * @param channels of each convolution but the last; each is followed by a pooling
   */
  public static ComputationGraph network(long seed, int... channels) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.RELU)
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("input")
            .setInputTypes(InputType.convolutional(SIDE, SIDE, 1));
    String last = "input";
    for (int i = 0; i < channels.length; i++) {
      graph.addLayer("conv" + i, convolution(3, channels[i], Activation.RELU), last);
      graph.addLayer(
          "pool" + i,
          new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
          "conv" + i);
      last = "pool" + i;
    }
    graph
        .addLayer("scores", convolution(1, CLASSES, Activation.IDENTITY), last)
        .addVertex("assigned", new AssignedScores(POSITIVES), "scores")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
            "assigned")
        .setOutputs("loss");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(int kernel, int channels, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .activation(activation)
        .build();
  }
}
