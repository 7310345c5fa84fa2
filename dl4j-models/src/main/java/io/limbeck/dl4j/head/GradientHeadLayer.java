package io.limbeck.dl4j.head;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a {@link GradientHead} becomes in a network. */
public final class GradientHeadLayer extends HeadLayer<GradientHead> {
  private static final long serialVersionUID = 1L;

  GradientHeadLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** Where no gradient was injected, no loss reads the value in this step, and zeros go back. */
  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    INDArray injected = takeInjected();
    INDArray gradient =
        injected == null
            ? workspaceMgr.create(
                ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), input.ordering())
            : workspaceMgr.leverageTo(ArrayType.ACTIVATION_GRAD, injected);
    return new Pair<>(new DefaultGradient(), gradient);
  }
}
