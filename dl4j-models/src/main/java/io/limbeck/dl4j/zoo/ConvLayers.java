package io.limbeck.dl4j.zoo;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;

/** Pieces that convolutional networks are made of. */
final class ConvLayers {
  private ConvLayers() {}

  static ActivationLayer relu() {
    return new ActivationLayer.Builder().activation(Activation.RELU).build();
  }

  static ConvolutionLayer conv(int channels, int kernel, int stride, boolean bias) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .stride(stride, stride)
        .padding(kernel / 2, kernel / 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .hasBias(bias)
        .build();
  }

  /** Convolution of three by three with bias, ReLU, pooling of two by two. */
  static String block(GraphBuilder graph, String name, String from, int channels) {
    graph.addLayer(name + ".conv", conv(channels, 3, 1, true), from);
    graph.addLayer(name + ".relu", relu(), name + ".conv");
    graph.addLayer(
        name + ".pool",
        new SubsamplingLayer.Builder(PoolingType.MAX)
            .kernelSize(2, 2)
            .stride(2, 2)
            .convolutionMode(ConvolutionMode.Truncate)
            .build(),
        name + ".relu");
    return name + ".pool";
  }
}
