package io.limbeck.dl4j.connector;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/** Layers that connectors are made of, with PyTorch's defaults. */
final class Layers {
  private Layers() {}

  /** A convolution that keeps height and width where its stride is one. */
  static ConvolutionLayer conv(long channels, int kernel, int stride, boolean bias) {
    return conv(channels, new int[] {kernel, stride, kernel / 2, 1}, bias);
  }

  /** A convolution by kernel, stride, padding and dilation. */
  static ConvolutionLayer conv(long channels, int[] geometry, boolean bias) {
    return new ConvolutionLayer.Builder(geometry[0], geometry[0])
        .nOut((int) channels)
        .stride(geometry[1], geometry[1])
        .padding(geometry[2], geometry[2])
        .dilation(geometry[3], geometry[3])
        .convolutionMode(ConvolutionMode.Truncate)
        .hasBias(bias)
        .build();
  }

  static DepthwiseConvolution2D depthwise(long channels, int kernel, int stride) {
    return new DepthwiseConvolution2D.Builder(kernel, kernel)
        .nOut((int) channels)
        .depthMultiplier(1)
        .stride(stride, stride)
        .padding(kernel / 2, kernel / 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .hasBias(false)
        .build();
  }

  /** A transposed convolution of three by three that keeps height and width. */
  static Deconvolution2D deconv(long channels) {
    return new Deconvolution2D.Builder(3, 3)
        .nOut((int) channels)
        .stride(1, 1)
        .padding(1, 1)
        .convolutionMode(ConvolutionMode.Truncate)
        .hasBias(true)
        .build();
  }

  static DenseLayer dense(long units) {
    return new DenseLayer.Builder().nOut((int) units).build();
  }

  static BatchNormalization norm() {
    return new BatchNormalization.Builder().eps(1e-5).decay(0.9).build();
  }

  static ActivationLayer relu() {
    return activation(Activation.RELU.getActivationFunction());
  }

  static ActivationLayer activation(IActivation function) {
    return new ActivationLayer.Builder().activation(function).build();
  }
}
