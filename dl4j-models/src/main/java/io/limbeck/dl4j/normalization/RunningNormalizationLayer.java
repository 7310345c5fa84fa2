package io.limbeck.dl4j.normalization;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Normalises by the running statistics and hands gradients back as of constants. */
final class RunningNormalizationLayer extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  RunningNormalizationLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    INDArray normalized = normalized();
    INDArray scaled =
        layerConf().isLockGammaBeta()
            ? normalized.muli(layerConf().getGamma()).addi(layerConf().getBeta())
            : normalized.muli(row(params.get(GAMMA))).addi(row(params.get(BETA)));
    return workspaces.leverageTo(ArrayType.ACTIVATIONS, scaled);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Gradient gradient = new DefaultGradient();
    INDArray ofInput = epsilon.castTo(dataType).div(row(deviation()));
    if (layerConf().isLockGammaBeta()) {
      ofInput.muli(layerConf().getGamma());
    } else {
      int[] others = others(epsilon);
      take(gradient, GAMMA, normalized().muli(epsilon).sum(others));
      take(gradient, BETA, epsilon.sum(others));
      ofInput.muli(row(params.get(GAMMA)));
    }
    for (String statistic : List.of(GLOBAL_MEAN, GLOBAL_VAR, GLOBAL_LOG_STD)) {
      INDArray view = gradientViews.get(statistic);
      if (view != null) {
        gradient.setGradientFor(statistic, view.assign(0));
      }
    }
    return new Pair<>(gradient, workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, ofInput));
  }

  private void take(Gradient gradient, String parameter, INDArray value) {
    INDArray view = gradientViews.get(parameter);
    gradient.setGradientFor(parameter, view.assign(value.reshape(view.shape())));
  }

  /** {@code (x - mean) / deviation}, a new array. */
  private INDArray normalized() {
    return input.castTo(dataType).sub(row(params.get(GLOBAL_MEAN))).divi(row(deviation()));
  }

  private INDArray deviation() {
    INDArray variance =
        layerConf().isUseLogStd()
            ? Transforms.exp(params.get(GLOBAL_LOG_STD).mul(2 * Math.log(10)), false)
            : params.get(GLOBAL_VAR);
    return Transforms.sqrt(variance.add(layerConf().getEps()), false);
  }

  /** One value for each channel, to be spread over a mini-batch. */
  private INDArray row(INDArray channels) {
    long[] shape = new long[input.rank()];
    java.util.Arrays.fill(shape, 1);
    shape[channel(input)] = channels.length();
    return channels.reshape(shape);
  }

  private int[] others(INDArray array) {
    return IntStream.range(0, array.rank()).filter(axis -> axis != channel(array)).toArray();
  }

  private int channel(INDArray array) {
    return array.rank() == 4 && layerConf().getCnn2DFormat() == CNN2DFormat.NHWC ? 3 : 1;
  }
}
