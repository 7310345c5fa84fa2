package io.limbeck.dl4j.graph;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A network's cross-entropy with the labels.
 *
 * @param name of the network, as the logs have it: the loss is {@code NAME.loss}
 * @param weight its factor in the total; 0 leaves its loss layer out of the graph
 */
public record TaskLoss(String name, double weight) implements Serializable {

  /**
   * Sets the weight on the loss layer of a graph. That of pixels has one in any case: with one, an
   * example's gradient goes with the sum of its labels, as the mean over pixels needs it.
   */
  void weigh(ComputationGraphConfiguration conf, String loss) {
    Layer layer = ((LayerVertex) conf.getVertices().get(loss)).getLayerConf().getLayer();
    if (layer instanceof CnnLossLayer ofPixels) {
      ofPixels.setLossFn(weighted(conf, loss));
    } else if (weight != 1) {
      ((LossLayer) layer).setLossFn(weighted(conf, loss));
    }
  }

  private LossMCXENT weighted(ComputationGraphConfiguration conf, String loss) {
    String logits = conf.getVertexInputs().get(loss).get(0);
    long classes = LogitsForm.classes(conf, logits).orElseThrow();
    return new LossMCXENT(Nd4j.valueArrayOf(new long[] {1, classes}, weight, conf.getDataType()));
  }
}
