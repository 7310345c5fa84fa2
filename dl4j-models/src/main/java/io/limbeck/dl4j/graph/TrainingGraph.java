package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.head.GradientHead;
import io.limbeck.dl4j.head.GradientHeadLayer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A student made ready for training: its own vertices, and behind every vertex that a distillation
 * loss reads a {@link GradientHead}. The student's vertices keep their names and parameters, so a
 * trained vector goes back into the plain student by name.
 */
public final class TrainingGraph {
  private static final String HEAD_SUFFIX = ".distill";

  private final ComputationGraph network;
  private final Map<String, String> heads;
  private final String loss;

  private TrainingGraph(ComputationGraph network, Map<String, String> heads, String loss) {
    this.network = network;
    this.heads = heads;
    this.loss = loss;
  }

  /**
   * Makes a training graph with fresh weights.
   *
   * @param logitsForm the student, as {@link LogitsForm#of} gives it; not changed
   * @param gradientVertices the vertices whose outputs receive gradients from the distiller
   * @param options updater, learning rate, weight of the task loss
   */
  public static TrainingGraph of(
      ComputationGraphConfiguration logitsForm,
      Collection<String> gradientVertices,
      TrainingOptions options) {
    ComputationGraphConfiguration conf = logitsForm.clone();
    String loss = LogitsForm.loss(conf);
    String logits = LogitsForm.logits(conf);
    conf.getVertices().values().forEach(vertex -> setOptimizer(vertex, options));
    List<String> outputs = new ArrayList<>();
    Map<String, String> heads = new LinkedHashMap<>();
    for (String vertex : gradientVertices) {
      String head = vertex + HEAD_SUFFIX;
      addHead(conf, vertex, head);
      heads.put(vertex, head);
      outputs.add(head);
    }
    if (options.taskLossWeight() > 0) {
      weightTaskLoss(conf, loss, logits, options.taskLossWeight());
      outputs.add(loss);
    } else {
      conf.getVertices().remove(loss);
      conf.getVertexInputs().remove(loss);
    }
    conf.setNetworkOutputs(outputs);
    TopologicalOrder.forget(conf);
    return new TrainingGraph(
        Networks.fresh(conf), heads, options.taskLossWeight() > 0 ? loss : null);
  }

  /** The graph that DL4J trains. */
  public ComputationGraph network() {
    return network;
  }

  /** Whether the labels' cross-entropy is part of the graph. */
  boolean hasTaskLoss() {
    return loss != null;
  }

  /**
   * Hands a gradient to the head behind a vertex.
   *
   * @param vertex the vertex
   * @param gradient of the sum of the examples' losses with respect to the vertex' output
   */
  void inject(String vertex, INDArray gradient) {
    ((GradientHeadLayer) network.getLayer(heads.get(vertex))).inject(gradient);
  }

  /**
   * One array of labels for each output: only the task loss takes any.
   *
   * @param labels one-hot, {@code [batch, classes]}
   */
  INDArray[] labels(INDArray labels) {
    INDArray[] all = new INDArray[heads.size() + (hasTaskLoss() ? 1 : 0)];
    if (hasTaskLoss()) {
      all[all.length - 1] = labels;
    }
    return all;
  }

  private static void addHead(ComputationGraphConfiguration conf, String vertex, String head) {
    NeuralNetConfiguration headConf = new NeuralNetConfiguration();
    headConf.setLayer(new GradientHead(head));
    headConf.setDataType(conf.getDataType());
    conf.getVertices().put(head, new LayerVertex(headConf, null));
    conf.getVertexInputs().put(head, List.of(vertex));
  }

  private static void setOptimizer(GraphVertex vertex, TrainingOptions options) {
    if (vertex instanceof LayerVertex layerVertex) {
      layerVertex.getLayerConf().setMiniBatch(true);
      if (layerVertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
        IUpdater updater = options.updater();
        layer.setIUpdater(updater);
        layer.setBiasUpdater(null);
        double decay = options.schedule().weightDecay();
        List<Regularization> regularization =
            decay > 0 ? List.of(new L2Regularization(decay)) : List.of();
        layer.setRegularization(regularization);
        layer.setRegularizationBias(List.of());
      }
    }
  }

  private static void weightTaskLoss(
      ComputationGraphConfiguration conf, String loss, String logits, double weight) {
    if (weight != 1) {
      LossLayer layer =
          (LossLayer) ((LayerVertex) conf.getVertices().get(loss)).getLayerConf().getLayer();
      var classifier =
          (FeedForwardLayer)
              ((LayerVertex) conf.getVertices().get(logits)).getLayerConf().getLayer();
      INDArray weights =
          Nd4j.valueArrayOf(new long[] {1, classifier.getNOut()}, weight, conf.getDataType());
      layer.setLossFn(new LossMCXENT(weights));
    }
  }
}
