package io.limbeck.dl4j.shape;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;

/**
 * The shapes of all that a network computes. DL4J 1.0.0-M2.1 forgets the length of a reshaped or
 * cut sequence, takes a pooled one for one of the same length, counts the channels of a part of a
 * map with the wrong sign, and does not say where examples become several rows.
 */
public final class Activations {
  private final ComputationGraphConfiguration conf;
  private final Map<String, Activation> all = new LinkedHashMap<>();

  private Activations(ComputationGraphConfiguration conf) {
    this.conf = conf;
  }

  /**
   * The activations of a network's vertices and inputs, in the order in which they run.
   *
   * @param conf complete
   * @param inputs the shapes of an example
   * @throws RuntimeException when the network cannot take such an input; DL4J's own
   */
  public static Map<String, Activation> of(
      ComputationGraphConfiguration conf, InputType... inputs) {
    Activations activations = new Activations(conf);
    // DL4J sets what it finds out, right or wrong, so it looks at a copy.
    conf.clone()
        .getLayerActivationTypes(true, false, inputs)
        .forEach((name, declared) -> activations.add(name, declared));
    return activations.all;
  }

  private void add(String name, InputType declared) {
    GraphVertex vertex = conf.getVertices().get(name);
    if (vertex == null) {
      all.put(name, new Activation(declared, 1));
      return;
    }
    List<Activation> inputs = conf.getVertexInputs().get(name).stream().map(all::get).toList();
    all.put(name, activation(vertex, inputs));
  }

  private static Activation activation(GraphVertex vertex, List<Activation> inputs) {
    Activation first = inputs.get(0);
    if (vertex instanceof LayerVertex layer) {
      return layer(layer, processed(layer.getPreProcessor(), first));
    }
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return processed(preprocessor.getPreProcessor(), first);
    }
    if (vertex instanceof ReshapeVertex reshape) {
      int[] shape = reshape.getNewShape();
      return first.as(
          shape.length == 3
              ? InputType.recurrent(shape[1], shape[2])
              : vertex.getOutputType(0, first.type()));
    }
    if (vertex instanceof SubsetVertex subset) {
      return new Activation(subset(subset, first.type()), first.rows());
    }
    InputType[] types = inputs.stream().map(Activation::type).toArray(InputType[]::new);
    long rows = first.rows();
    if (vertex instanceof StackVertex) {
      rows = inputs.stream().mapToLong(Activation::rows).sum();
    } else if (vertex instanceof UnstackVertex unstack) {
      rows /= unstack.getStackSize();
    }
    return new Activation(vertex.getOutputType(0, types), rows);
  }

  private static Activation layer(LayerVertex vertex, Activation input) {
    if (vertex.getLayerConf().getLayer() instanceof GlobalPoolingLayer pooling
        && pooling.isCollapseDimensions()
        && input.type() instanceof InputTypeRecurrent sequence) {
      return new Activation(InputType.feedForward(sequence.getSize()), input.rows());
    }
    return new Activation(
        vertex.getLayerConf().getLayer().getOutputType(0, input.type()), input.rows());
  }

  private static Activation processed(InputPreProcessor processor, Activation input) {
    return processor == null ? input : input.as(processor.getOutputType(input.type()));
  }

  private static InputType subset(SubsetVertex vertex, InputType type) {
    long channels = vertex.getTo() - vertex.getFrom() + 1L;
    if (type instanceof InputTypeRecurrent sequence) {
      return InputType.recurrent(channels, sequence.getTimeSeriesLength());
    }
    if (type instanceof InputTypeConvolutional map) {
      return InputType.convolutional(map.getHeight(), map.getWidth(), channels);
    }
    return vertex.getOutputType(0, type);
  }
}
