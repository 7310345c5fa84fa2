package io.limbeck.dl4j.graph;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Classifiers of two or three layers whose inner maps have any wanted shape. */
final class TinyNetworks {
  private TinyNetworks() {}

  /** Two input channels, {@code body} with so many, {@code bn}, {@code deep} of half the size. */
  static ComputationGraphConfiguration of(int seed, int channels, InputType input) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(DataType.DOUBLE)
        .activation(Activation.IDENTITY)
        .graphBuilder()
        .addInputs("input")
        .setInputTypes(input)
        .addLayer("body", new ConvolutionLayer.Builder(1, 1).nOut(channels).build(), "input")
        .addLayer("bn", new BatchNormalization(), "body")
        .addLayer(
            "deep",
            new ConvolutionLayer.Builder(2, 2).stride(2, 2).nOut(2 * channels).build(),
            "bn")
        .addLayer("gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "deep")
        .addLayer("fc", new DenseLayer.Builder().nOut(3).build(), "gap")
        .addLayer(
            "loss",
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build(),
            "fc")
        .setOutputs("loss")
        .build();
  }
}
