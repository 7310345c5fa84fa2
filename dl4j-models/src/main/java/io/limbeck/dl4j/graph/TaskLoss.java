package io.limbeck.dl4j.graph;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A network's cross-entropy with the labels.
 *
 * @param name of the network, as the logs have it: the loss is {@code NAME.loss}
 * @param weight its factor in the total; 0 leaves its loss layer out of the graph
 */
public record TaskLoss(String name, double weight) implements Serializable {

  /** Sets the weight on the loss layer of a graph. */
  void weigh(ComputationGraphConfiguration conf, String loss) {
    if (weight != 1) {
      String logits = conf.getVertexInputs().get(loss).get(0);
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
