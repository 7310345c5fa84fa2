package io.limbeck.dl4j.zoo;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/**
 * The CIFAR residual network of K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image
 * Recognition", CVPR 2016, section 4.2: one 3x3 convolution, three stages of n basic blocks with
 * 16, 32 and 64 channels, the second and third halving the image, global average pooling. Where the
 * shape changes, the shortcut is a 1x1 convolution with BatchNorm.
 */
final class ResNetLayers {
  private static final int STAGES = 3;
  private static final int FIRST_CHANNELS = 16;

  private final GraphBuilder graph;

  ResNetLayers(GraphBuilder graph) {
    this.graph = graph;
  }

  /** Adds everything between the input and the classifier; returns the last vertex. */
  String add(int depth) {
    int blocks = (depth - 2) / 6;
    graph.addLayer(
        "backbone.conv1", ConvLayers.conv(FIRST_CHANNELS, 3, 1, false), Architectures.INPUT);
    graph.addLayer("backbone.bn1", new BatchNormalization(), "backbone.conv1");
    graph.addLayer("backbone.relu", ConvLayers.relu(), "backbone.bn1");
    String last = "backbone.relu";
    for (int stage = 0; stage < STAGES; stage++) {
      for (int block = 0; block < blocks; block++) {
        boolean changes = stage > 0 && block == 0;
        String name = "backbone.layer" + (stage + 1) + "." + block;
        last = basicBlock(name, last, FIRST_CHANNELS << stage, changes);
      }
    }
    graph.addLayer("neck.gap", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last);
    return "neck.gap";
  }

  private String basicBlock(String name, String from, int channels, boolean changes) {
    graph.addLayer(name + ".conv1", ConvLayers.conv(channels, 3, changes ? 2 : 1, false), from);
    graph.addLayer(name + ".bn1", new BatchNormalization(), name + ".conv1");
    graph.addLayer(name + ".relu", ConvLayers.relu(), name + ".bn1");
    graph.addLayer(name + ".conv2", ConvLayers.conv(channels, 3, 1, false), name + ".relu");
    graph.addLayer(name + ".bn2", new BatchNormalization(), name + ".conv2");
    String shortcut = from;
    if (changes) {
      graph.addLayer(name + ".downsample.0", ConvLayers.conv(channels, 1, 2, false), from);
      graph.addLayer(name + ".downsample.1", new BatchNormalization(), name + ".downsample.0");
      shortcut = name + ".downsample.1";
    }
    graph.addVertex(
        name + ".add", new ElementWiseVertex(ElementWiseVertex.Op.Add), name + ".bn2", shortcut);
    graph.addLayer(name + ".relu#1", ConvLayers.relu(), name + ".add");
    return name + ".relu#1";
  }
}
