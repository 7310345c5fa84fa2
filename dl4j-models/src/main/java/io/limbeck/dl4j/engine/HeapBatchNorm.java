package io.limbeck.dl4j.engine;

import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalizationHelper;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batch normalisation of {@code [batch, channels, height, width]} in plain loops over heap copies,
 * which the JIT compiles to vector instructions. libnd4j's variance and its {@code batchnorm_bp}
 * take about ten times as long as copying there and back. Statistics are those of S. Ioffe, C.
 * Szegedy, "Batch Normalization", ICML 2015: the biased variance; sums of rows in single precision,
 * of rows together in double.
 */
final class HeapBatchNorm implements BatchNormalizationHelper {
  private INDArray meanCache;
  private INDArray varCache;

  @Override
  public boolean checkSupported() {
    return true;
  }

  @Override
  public boolean checkSupported(double eps, boolean fixedGammaBeta) {
    return !fixedGammaBeta;
  }

  @Override
  public INDArray preOutput(
      INDArray x,
      boolean training,
      long[] shape,
      INDArray gamma,
      INDArray beta,
      INDArray globalMean,
      INDArray globalVar,
      double decay,
      double eps,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaceMgr) {
    Planes planes = Planes.of(x);
    int length = planes.length();
    float[] input = HeapCopy.read(x, HeapCopy.scratch(0, length));
    float[] mean = training ? new float[planes.channels()] : HeapCopy.read(globalMean);
    float[] variance = training ? new float[planes.channels()] : HeapCopy.read(globalVar);
    if (training) {
      ChannelSums.meanAndVariance(input, planes, mean, variance);
      remember(mean, variance);
    }
    float[] scale = HeapCopy.read(gamma);
    float[] shift = HeapCopy.read(beta);
    for (int c = 0; c < scale.length; c++) {
      scale[c] = (float) (scale[c] / Math.sqrt(variance[c] + eps));
    }
    normalize(input, planes, mean, scale, shift);
    INDArray output =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape());
    HeapCopy.write(input, output);
    return output;
  }

  /** {@code (x - mean) * scale + shift}, in place. */
  private static void normalize(
      float[] values, Planes planes, float[] mean, float[] scale, float[] shift) {
    for (int plane = 0; plane < planes.count(); plane++) {
      int channel = plane % planes.channels();
      float m = mean[channel];
      float a = scale[channel];
      float b = shift[channel];
      int end = (plane + 1) * planes.size();
      for (int i = plane * planes.size(); i < end; i++) {
        values[i] = (values[i] - m) * a + b;
      }
    }
  }

  /**
   * With M elements of a channel: {@code dbeta = sum(dy)}, {@code dgamma = sum(dy * (x - mean)) /
   * std}, and {@code dx = gamma / std * (dy - dbeta / M - (x - mean) / std * dgamma / M)}.
   */
  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray x,
      INDArray epsilon,
      long[] shape,
      INDArray gamma,
      INDArray beta,
      INDArray gammaGradient,
      INDArray betaGradient,
      double eps,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaceMgr) {
    Planes planes = Planes.of(x);
    float[] input = HeapCopy.read(x, HeapCopy.scratch(0, planes.length()));
    float[] delta = HeapCopy.read(epsilon, HeapCopy.scratch(1, planes.length()));
    float[] mean = HeapCopy.read(meanCache);
    float[] variance = HeapCopy.read(varCache);
    double[] sum = new double[planes.channels()];
    double[] product = new double[planes.channels()];
    ChannelSums.ofGradient(input, delta, planes, mean, sum, product);
    float[] dGamma = new float[mean.length];
    float[] dBeta = new float[mean.length];
    float[] ofDelta = HeapCopy.read(gamma);
    float[] ofInput = new float[mean.length];
    float[] constant = new float[mean.length];
    double elements = planes.elementsOfChannel();
    for (int c = 0; c < mean.length; c++) {
      double inverse = 1 / Math.sqrt(variance[c] + eps);
      double a = ofDelta[c] * inverse;
      double b = -a * inverse * inverse * product[c] / elements;
      dBeta[c] = (float) sum[c];
      dGamma[c] = (float) (product[c] * inverse);
      ofDelta[c] = (float) a;
      ofInput[c] = (float) b;
      constant[c] = (float) (-a * sum[c] / elements);
    }
    combine(delta, input, planes, new float[][] {ofDelta, ofInput, mean, constant});
    HeapCopy.write(dGamma, gammaGradient);
    HeapCopy.write(dBeta, betaGradient);
    INDArray result =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, x.shape());
    HeapCopy.write(delta, result);
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(BatchNormalizationParamInitializer.GAMMA, gammaGradient);
    gradient.setGradientFor(BatchNormalizationParamInitializer.BETA, betaGradient);
    return new Pair<>(gradient, result);
  }

  /** {@code a * dy + b * (x - mean) + constant}, into dy. */
  private static void combine(float[] delta, float[] input, Planes planes, float[][] byChannel) {
    for (int plane = 0; plane < planes.count(); plane++) {
      int channel = plane % planes.channels();
      float a = byChannel[0][channel];
      float b = byChannel[1][channel];
      float m = byChannel[2][channel];
      float k = byChannel[3][channel];
      int end = (plane + 1) * planes.size();
      for (int i = plane * planes.size(); i < end; i++) {
        delta[i] = a * delta[i] + b * (input[i] - m) + k;
      }
    }
  }

  private void remember(float[] mean, float[] variance) {
    if (meanCache == null) {
      try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        meanCache = Nd4j.createUninitialized(DataType.FLOAT, mean.length);
        varCache = Nd4j.createUninitialized(DataType.FLOAT, mean.length);
      }
    }
    HeapCopy.write(mean, meanCache);
    HeapCopy.write(variance, varCache);
  }

  @Override
  public INDArray getMeanCache(DataType dataType) {
    return meanCache;
  }

  @Override
  public INDArray getVarCache(DataType dataType) {
    return varCache;
  }

  @Override
  public Map<String, Long> helperMemoryUse() {
    return Map.of();
  }
}
