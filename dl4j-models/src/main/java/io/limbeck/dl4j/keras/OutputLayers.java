package io.limbeck.dl4j.keras;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Keras' networks end with any layer; DL4J's classifiers with one that knows its loss. */
final class OutputLayers {
  private OutputLayers() {}

  /**
   * The same network with an output layer at its end.
   *
   * @param network imported
   */
  static ComputationGraph withOutput(ComputationGraph network) {
    ComputationGraphConfiguration conf = network.getConfiguration().clone();
    if (conf.getNetworkOutputs().size() == 1
        && conf.getVertices().get(conf.getNetworkOutputs().get(0)) instanceof LayerVertex last) {
      String name = conf.getNetworkOutputs().get(0);
      Layer output = output(last.getLayerConf().getLayer());
      if (output != null) {
        output.setLayerName(name);
        NeuralNetConfiguration layerConf = last.getLayerConf().clone();
        layerConf.setLayer(output);
        conf.getVertices().put(name, new LayerVertex(layerConf, last.getPreProcessor()));
        ComputationGraph changed = new ComputationGraph(conf);
        changed.init();
        network
            .paramTable()
            .forEach((parameter, value) -> changed.paramTable().get(parameter).assign(value));
        return changed;
      }
    }
    return network;
  }

  /** Null where there is no such form of a layer. */
  private static Layer output(Layer last) {
    if (last instanceof DenseLayer dense) {
      OutputLayer output =
          new OutputLayer.Builder(new LossMCXENT())
              .nIn(dense.getNIn())
              .nOut(dense.getNOut())
              .hasBias(dense.hasBias())
              .activation(scores(dense.getActivationFn()))
              .weightInit(dense.getWeightInitFn())
              .build();
      output.setBiasInit(dense.getBiasInit());
      output.setIUpdater(dense.getIUpdater());
      output.setBiasUpdater(dense.getBiasUpdater());
      return output;
    }
    return last instanceof ActivationLayer activation
        ? new LossLayer.Builder(new LossMCXENT()).activation(activation.getActivationFn()).build()
        : null;
  }

  /** Keras may leave the softmax to the loss, {@code from_logits=True}. */
  private static IActivation scores(IActivation activation) {
    return activation instanceof ActivationIdentity ? new ActivationSoftmax() : activation;
  }
}
