package io.limbeck.dl4j.graph;

import io.limbeck.core.error.UserException;
import java.util.List;
import java.util.OptionalLong;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * The form in which a classifier is trained and recorded: its logits are the output of a vertex,
 * and a loss layer of its own stands behind them. DL4J's usual last layer does both at once, so its
 * logits could not be recorded; it is taken apart here into a dense layer of the same name and
 * parameters, and a loss layer. Export never shows this form.
 */
public final class LogitsForm {
  private static final String LOSS_SUFFIX = ".loss";

  private LogitsForm() {}

  /**
   * A network's configuration in this form.
   *
   * @param stock as the user knows the network; not changed
   * @return a copy with the same vertices and parameters
   * @throws UserException when the network is not a classifier with one output
   */
  public static ComputationGraphConfiguration of(ComputationGraphConfiguration stock) {
    ComputationGraphConfiguration conf = stock.clone();
    if (conf.getNetworkOutputs().size() != 1 || conf.getNetworkInputs().size() != 1) {
      throw new UserException(
          "The model has inputs %s and outputs %s, but a classifier with one of each is needed"
              .formatted(conf.getNetworkInputs(), conf.getNetworkOutputs()));
    }
    String output = conf.getNetworkOutputs().get(0);
    if (!(conf.getVertices().get(output) instanceof LayerVertex vertex)) {
      throw new UserException(
          "The model's output '" + output + "' is not a layer, but an output layer is needed");
    }
    Layer layer = vertex.getLayerConf().getLayer();
    if (layer instanceof OutputLayer outputLayer) {
      split(conf, output, vertex, outputLayer);
    } else if (!(layer instanceof LossLayer || layer instanceof CnnLossLayer)) {
      throw new UserException(
          "The model's output '%s' is a %s, but an OutputLayer, a LossLayer or, for the class of every pixel, a CnnLossLayer is needed"
              .formatted(output, layer.getClass().getSimpleName()));
    }
    requireSoftmax(conf, output);
    requireParametersInLayers(conf);
    return conf;
  }

  /**
   * The vertex that puts out the logits.
   *
   * @param logitsForm a configuration made by {@link #of}
   */
  public static String logits(ComputationGraphConfiguration logitsForm) {
    return logitsForm.getVertexInputs().get(loss(logitsForm)).get(0);
  }

  /**
   * The vertices that put out the logits of several networks in one graph, in the order of its
   * outputs.
   *
   * @param joined a configuration made by {@link JoinedGraph#of}
   */
  public static List<String> allLogits(ComputationGraphConfiguration joined) {
    return joined.getNetworkOutputs().stream()
        .map(loss -> joined.getVertexInputs().get(loss).get(0))
        .toList();
  }

  /**
   * Of how many classes logits are; layers that keep their number may stand behind what makes them.
   *
   * @param conf any graph
   * @param logits the vertex that puts them out
   * @return empty where no layer tells
   */
  public static OptionalLong classes(ComputationGraphConfiguration conf, String logits) {
    String vertex = logits;
    while (conf.getVertices().get(vertex) instanceof LayerVertex layer) {
      if (layer.getLayerConf().getLayer() instanceof FeedForwardLayer classifier) {
        return OptionalLong.of(classifier.getNOut());
      }
      vertex = conf.getVertexInputs().get(vertex).get(0);
    }
    return OptionalLong.empty();
  }

  /**
   * Whether a network tells the class of every pixel, and not of the whole example.
   *
   * @param logitsForm a configuration made by {@link #of}
   */
  public static boolean isDense(ComputationGraphConfiguration logitsForm) {
    return logitsForm.getVertices().get(loss(logitsForm)) instanceof LayerVertex layer
        && layer.getLayerConf().getLayer() instanceof CnnLossLayer;
  }

  /**
   * The vertex of the loss layer.
   *
   * @param logitsForm a configuration made by {@link #of}
   */
  public static String loss(ComputationGraphConfiguration logitsForm) {
    return logitsForm.getNetworkOutputs().get(0);
  }

  private static void split(
      ComputationGraphConfiguration conf,
      String name,
      LayerVertex vertex,
      OutputLayer outputLayer) {
    DenseLayer dense =
        new DenseLayer.Builder()
            .nIn(outputLayer.getNIn())
            .nOut(outputLayer.getNOut())
            .hasBias(outputLayer.hasBias())
            .activation(new ActivationIdentity())
            .weightInit(outputLayer.getWeightInitFn())
            .build();
    dense.setBiasInit(outputLayer.getBiasInit());
    dense.setIUpdater(outputLayer.getIUpdater());
    dense.setBiasUpdater(outputLayer.getBiasUpdater());
    dense.setIDropout(outputLayer.getIDropout());
    dense.setLayerName(name);
    LossLayer loss =
        new LossLayer.Builder(outputLayer.getLossFn())
            .activation(outputLayer.getActivationFn())
            .build();
    loss.setLayerName(name + LOSS_SUFFIX);
    NeuralNetConfiguration denseConf = vertex.getLayerConf().clone();
    denseConf.setLayer(dense);
    NeuralNetConfiguration lossConf = vertex.getLayerConf().clone();
    lossConf.setLayer(loss);
    conf.getVertices().put(name, new LayerVertex(denseConf, vertex.getPreProcessor()));
    conf.getVertices().put(name + LOSS_SUFFIX, new LayerVertex(lossConf, null));
    conf.getVertexInputs().put(name + LOSS_SUFFIX, List.of(name));
    conf.setNetworkOutputs(List.of(name + LOSS_SUFFIX));
    TopologicalOrder.forget(conf);
  }

  private static void requireSoftmax(ComputationGraphConfiguration conf, String output) {
    LayerVertex vertex = (LayerVertex) conf.getVertices().get(loss(conf));
    var layer = (FeedForwardLayer) vertex.getLayerConf().getLayer();
    if (!(layer.getActivationFn() instanceof ActivationSoftmax)) {
      throw new UserException(
          "The model's output '%s' has activation %s, but softmax is needed: distillation compares class probabilities"
              .formatted(output, layer.getActivationFn()));
    }
  }

  /** Nothing else finds the parameters of a vertex that is not a layer. */
  private static void requireParametersInLayers(ComputationGraphConfiguration conf) {
    conf.getVertices()
        .forEach(
            (name, vertex) -> {
              if (!(vertex instanceof LayerVertex) && vertex.numParams(false) > 0) {
                throw new UserException(
                    "The model's vertex '%s' has parameters of its own, being of type %s, but only layers may have some: a SelfAttentionLayer, for one"
                        .formatted(name, vertex.getClass().getSimpleName()));
              }
            });
  }

  /** Whether a layer is a network's end. */
  static boolean isOutput(Layer layer) {
    return layer instanceof BaseOutputLayer
        || layer instanceof LossLayer
        || layer instanceof CnnLossLayer;
  }
}
