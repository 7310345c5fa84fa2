package io.limbeck.dl4j.zoo;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** Adds layers one upon the other; each method returns the name of what it added. */
final class Stack {
  private final GraphBuilder graph;

  Stack(GraphBuilder graph) {
    this.graph = graph;
  }

  String layer(String name, Layer layer, String from) {
    graph.addLayer(name, layer, from);
    return name;
  }

  String vertex(String name, GraphVertex vertex, String... from) {
    graph.addVertex(name, vertex, from);
    return name;
  }

  /** A convolution without bias that keeps height and width where its stride is one. */
  String conv(String name, String from, int channels, int kernel, int stride) {
    return layer(name, ConvLayers.conv(channels, kernel, stride, false), from);
  }

  String depthwise(String name, String from, int channels, int stride) {
    return layer(
        name,
        new DepthwiseConvolution2D.Builder(3, 3)
            .nOut(channels)
            .depthMultiplier(1)
            .stride(stride, stride)
            .padding(1, 1)
            .convolutionMode(ConvolutionMode.Truncate)
            .hasBias(false)
            .build(),
        from);
  }

  String norm(String name, String from) {
    return layer(name, new BatchNormalization(), from);
  }

  String relu(String name, String from) {
    return layer(name, ConvLayers.relu(), from);
  }

  String add(String name, String left, String right) {
    return vertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), left, right);
  }

  /** The pooling of stems: three by three, halving the image. */
  String maxPool(String name, String from) {
    return layer(
        name,
        new SubsamplingLayer.Builder(PoolingType.MAX)
            .kernelSize(3, 3)
            .stride(2, 2)
            .padding(1, 1)
            .convolutionMode(ConvolutionMode.Truncate)
            .build(),
        from);
  }

  /** The mean over all positions, under the reference's name. */
  String globalPool(String from) {
    return layer("neck.gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), from);
  }
}
