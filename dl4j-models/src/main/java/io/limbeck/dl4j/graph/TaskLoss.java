package io.limbeck.dl4j.graph;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** The labels' cross-entropy, with a weight. */
final class TaskLoss {
  private TaskLoss() {}

  static void weigh(ComputationGraphConfiguration conf, String loss, String logits, double weight) {
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
