package io.limbeck.dl4j.engine;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.MatrixProduct;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's fully connected layer with oneDNN's matrix products in it. DL4J's own copies what is not
 * in the order that libnd4j wants, and computes its output again on the way back, even where no
 * activation function asks for it. Layer normalisation inside the layer is left to DL4J.
 */
final class OneDnnDense extends DenseLayer {
  private static final long serialVersionUID = 1L;

  private final transient MatrixProduct product;

  /** Nobody asks for the gradient with respect to the network's input. */
  private final boolean ofNetworkInput;

  OneDnnDense(NeuralNetConfiguration conf, MatrixProduct product, boolean ofNetworkInput) {
    super(conf, DataType.FLOAT);
    this.product = product;
    this.ofNetworkInput = ofNetworkInput;
  }

  @Override
  protected Pair<INDArray, INDArray> preOutputWithPreNorm(
      boolean training, boolean forBackprop, LayerWorkspaceMgr workspaceMgr) {
    if (!isOurs(input)) {
      return super.preOutputWithPreNorm(training, forBackprop, workspaceMgr);
    }
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray weights = weights(training, workspaceMgr);
    INDArray bias =
        hasBias()
            ? getParamWithNoise(DefaultParamInitializer.BIAS_KEY, training, workspaceMgr)
            : null;
    INDArray output =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATIONS, DataType.FLOAT, input.size(0), weights.size(1));
    product.forward(input, weights, bias, output);
    if (maskArray != null) {
      applyMask(output);
    }
    return new Pair<>(output, output);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    if (!isOurs(input) || epsilon.dataType() != DataType.FLOAT) {
      return super.backpropGradient(epsilon, workspaceMgr);
    }
    INDArray delta = Contiguous.of(delta(epsilon, workspaceMgr));
    if (maskArray != null) {
      applyMask(delta);
    }
    Gradient gradient = new DefaultGradient();
    if (hasBias()) {
      INDArray ofBias = gradientViews.get(DefaultParamInitializer.BIAS_KEY);
      product.toBias(delta, ofBias);
      gradient.setGradientFor(DefaultParamInitializer.BIAS_KEY, ofBias);
    }
    INDArray ofWeights = gradientViews.get(DefaultParamInitializer.WEIGHT_KEY);
    product.toWeights(input, delta, ofWeights);
    gradient.setGradientFor(DefaultParamInitializer.WEIGHT_KEY, ofWeights);
    INDArray ofInput = ofInput(delta, workspaceMgr);
    weightNoiseParams.clear();
    return new Pair<>(gradient, backpropDropOutIfPresent(ofInput));
  }

  private INDArray delta(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    if (layerConf().getActivationFn() instanceof ActivationIdentity) {
      return epsilon;
    }
    INDArray output = preOutputWithPreNorm(true, true, workspaceMgr).getFirst();
    return layerConf().getActivationFn().backprop(output, epsilon).getFirst();
  }

  private INDArray ofInput(INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    long[] shape = {delta.size(0), input.size(1)};
    if (ofNetworkInput) {
      return workspaceMgr.create(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, shape);
    }
    INDArray gradient =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, shape);
    product.toInput(delta, weights(true, workspaceMgr), gradient);
    return gradient;
  }

  private INDArray weights(boolean training, LayerWorkspaceMgr workspaceMgr) {
    return getParamWithNoise(DefaultParamInitializer.WEIGHT_KEY, training, workspaceMgr);
  }

  /** What is wrong with an input is told by DL4J's own layer. */
  private boolean isOurs(INDArray input) {
    return input != null
        && input.rank() == 2
        && input.dataType() == DataType.FLOAT
        && input.size(1) == getParam(DefaultParamInitializer.WEIGHT_KEY).size(0);
  }
}
