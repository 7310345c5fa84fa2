package io.limbeck.dl4j.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns a network for images {@code [height, width, channels]} into the same one for {@code
 * [channels, height, width]}. Weights of convolutions are the same in both; rows of a dense layer
 * that takes a flattened map change places.
 */
final class ChannelsFirst {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String LAST = CNN2DFormat.NHWC.name();
  private static final int CHANNEL_AXIS = 1;

  private static final List<Class<?>> KNOWN =
      List.of(
          ConvolutionLayer.class,
          SubsamplingLayer.class,
          BatchNormalization.class,
          GlobalPoolingLayer.class,
          Upsampling2D.class,
          ZeroPaddingLayer.class,
          Cropping2D.class,
          ActivationLayer.class,
          DropoutLayer.class,
          DenseLayer.class);

  private final ComputationGraph network;
  private final ComputationGraphConfiguration conf;
  private final String name;

  private ChannelsFirst(ComputationGraph network, String name) {
    this.network = network;
    this.conf = network.getConfiguration();
    this.name = name;
  }

  /**
   * Turns a network.
   *
   * @param network imported, in either order
   * @param name the file's name, for messages
   * @throws UserException when it has a layer of which the order is not known
   */
  static ComputationGraph of(ComputationGraph network, String name) {
    return network.getConfiguration().toJson().contains('"' + LAST + '"')
        ? new ChannelsFirst(network, name).turned()
        : network;
  }

  private ComputationGraph turned() {
    conf.getVertices().forEach(this::requireKnown);
    Map<String, CnnToFeedForwardPreProcessor> flattened = flattened();
    ComputationGraph turned = new ComputationGraph(channelsFirst());
    turned.init();
    network
        .paramTable()
        .forEach((parameter, value) -> turned.paramTable().get(parameter).assign(value));
    flattened.forEach(
        (dense, flatten) -> {
          INDArray weights = turned.getLayer(dense).getParam("W");
          weights.assign(weights.dup().getRows(rows(flatten)));
        });
    return turned;
  }

  private ComputationGraphConfiguration channelsFirst() {
    try {
      JsonNode tree = MAPPER.readTree(conf.toJson());
      turn(tree);
      ComputationGraphConfiguration turned =
          ComputationGraphConfiguration.fromJson(MAPPER.writeValueAsString(tree));
      turned
          .getVertices()
          .forEach(
              (vertex, each) -> {
                if (each instanceof MergeVertex merge) {
                  merge.setMergeAxis(CHANNEL_AXIS);
                } else if (each instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof GlobalPoolingLayer pooling) {
                  pooling.setPoolingDimensions(null);
                }
              });
      return turned;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("DL4J's own JSON", e);
    }
  }

  /** Each kind of layer has its own name for the order. */
  private static void turn(JsonNode node) {
    if (node instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        if (object.get(key).isTextual() && object.get(key).asText().equals(LAST)) {
          object.put(key, CNN2DFormat.NCHW.name());
        }
      }
    }
    node.forEach(ChannelsFirst::turn);
  }

  private void requireKnown(String vertex, GraphVertex each) {
    boolean known = each instanceof ElementWiseVertex;
    String kind = each.getClass().getSimpleName();
    if (each instanceof LayerVertex layerVertex) {
      Layer layer = layerVertex.getLayerConf().getLayer();
      kind = layer.getClass().getSimpleName();
      known =
          KNOWN.stream().anyMatch(type -> type.isInstance(layer))
              && isKnown(layerVertex.getPreProcessor());
    } else if (each instanceof PreprocessorVertex preprocessor) {
      kind = preprocessor.getPreProcessor().getClass().getSimpleName();
      known = isKnown(preprocessor.getPreProcessor());
    } else if (each instanceof MergeVertex merge) {
      known = merge.getMergeAxis() == -1 || merge.getMergeAxis() == 3;
    }
    if (!known) {
      throw new UserException(
          "Model file %s takes images channels last and has '%s', a %s, which cannot be turned into one that takes them channels first: a frozen teacher may be exported to ONNX instead (OnnxFile)"
              .formatted(name, vertex, kind));
    }
  }

  private static boolean isKnown(InputPreProcessor preprocessor) {
    return preprocessor == null || preprocessor instanceof CnnToFeedForwardPreProcessor;
  }

  /** The dense layers that take a flattened map, with how it is flattened. */
  private Map<String, CnnToFeedForwardPreProcessor> flattened() {
    Map<String, CnnToFeedForwardPreProcessor> flattened = new LinkedHashMap<>();
    conf.getVertices()
        .forEach(
            (vertex, each) -> {
              if (each instanceof PreprocessorVertex flatten
                  && flatten.getPreProcessor() instanceof CnnToFeedForwardPreProcessor how) {
                takers(vertex).forEach(dense -> flattened.put(dense, how));
              }
            });
    return flattened;
  }

  /** What is between does not care about the order. */
  private Set<String> takers(String vertex) {
    Set<String> takers = new HashSet<>();
    conf.getVertexInputs()
        .forEach(
            (taker, inputs) -> {
              if (inputs.contains(vertex)) {
                Layer layer =
                    conf.getVertices().get(taker) instanceof LayerVertex layerVertex
                        ? layerVertex.getLayerConf().getLayer()
                        : null;
                if (layer instanceof DenseLayer) {
                  takers.add(taker);
                } else if (isElementWise(layer) && !conf.getNetworkOutputs().contains(taker)) {
                  takers.addAll(takers(taker));
                } else {
                  throw new UserException(
                      "Model file %s flattens images channels last for '%s', which is no dense layer, and cannot be turned into one that takes them channels first: a frozen teacher may be exported to ONNX instead (OnnxFile)"
                          .formatted(name, taker));
                }
              }
            });
    return takers;
  }

  private static boolean isElementWise(Layer layer) {
    return layer instanceof DropoutLayer || layer instanceof ActivationLayer;
  }

  /** Which row of the old weights is each row of the new ones. */
  private static int[] rows(CnnToFeedForwardPreProcessor flatten) {
    int channels = Math.toIntExact(flatten.getNumChannels());
    int pixels = Math.toIntExact(flatten.getInputHeight() * flatten.getInputWidth());
    int[] rows = new int[channels * pixels];
    for (int channel = 0; channel < channels; channel++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        rows[channel * pixels + pixel] = pixel * channels + channel;
      }
    }
    return rows;
  }
}
