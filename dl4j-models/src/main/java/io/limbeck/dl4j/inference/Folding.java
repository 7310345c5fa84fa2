package io.limbeck.dl4j.inference;

import io.limbeck.dl4j.engine.HeapCopy;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * BatchNorm in inference as a factor and a shift of each channel, {@code a = γ / √(σ² + ε)} and
 * {@code b = β - μ a}, and weights with it folded in: {@code w' = a w}, {@code b' = a b₀ + b}. In
 * double precision, rounded once.
 *
 * @param factor of each channel
 * @param shift of each channel
 */
record Folding(double[] factor, double[] shift) {

  /**
   * A BatchNorm.
   *
   * @param network that it is in
   * @param vertex its name
   */
  static Folding of(ComputationGraph network, String vertex) {
    Layer layer = network.getLayer(vertex);
    BatchNormalization conf = (BatchNormalization) layer.conf().getLayer();
    float[] mean = values(layer, BatchNormalizationParamInitializer.GLOBAL_MEAN);
    double[] variance = variance(layer, conf);
    double[] factor = new double[mean.length];
    double[] shift = new double[mean.length];
    float[] gamma =
        conf.isLockGammaBeta() ? null : values(layer, BatchNormalizationParamInitializer.GAMMA);
    float[] beta =
        conf.isLockGammaBeta() ? null : values(layer, BatchNormalizationParamInitializer.BETA);
    for (int i = 0; i < mean.length; i++) {
      double scale = gamma == null ? conf.getGamma() : gamma[i];
      factor[i] = scale / Math.sqrt(variance[i] + conf.getEps());
      shift[i] = (beta == null ? conf.getBeta() : beta[i]) - mean[i] * factor[i];
    }
    return new Folding(factor, shift);
  }

  private static double[] variance(Layer layer, BatchNormalization conf) {
    boolean log = conf.isUseLogStd();
    float[] kept =
        values(
            layer,
            log
                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR);
    double[] variance = new double[kept.length];
    for (int i = 0; i < kept.length; i++) {
      variance[i] = log ? Math.pow(10, 2.0 * kept[i]) : kept[i];
    }
    return variance;
  }

  /** Nothing to fold. */
  static Folding none(int channels) {
    double[] factor = new double[channels];
    Arrays.fill(factor, 1);
    return new Folding(factor, new double[channels]);
  }

  /**
   * A convolution's weights with the factors in them.
   *
   * @param layer the convolution
   * @return {@code [out, in, height, width]}
   */
  float[] weights(Layer layer) {
    float[] weights = values(layer, DefaultParamInitializer.WEIGHT_KEY);
    int each = weights.length / factor.length;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] * factor[i / each]);
    }
    return weights;
  }

  /**
   * A convolution's bias behind factor and shift.
   *
   * @param layer the convolution
   */
  float[] bias(Layer layer) {
    INDArray own = layer.getParam(DefaultParamInitializer.BIAS_KEY);
    float[] before = own == null ? new float[factor.length] : HeapCopy.of(own);
    float[] bias = new float[factor.length];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) (before[i] * factor[i] + shift[i]);
    }
    return bias;
  }

  /** Factors, then shifts, as oneDNN takes them. */
  float[] scaleShift() {
    float[] both = new float[2 * factor.length];
    for (int i = 0; i < factor.length; i++) {
      both[i] = (float) factor[i];
      both[factor.length + i] = (float) shift[i];
    }
    return both;
  }

  static float[] ones(int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** A parameter on the heap, in C order. */
  static float[] values(Layer layer, String parameter) {
    return HeapCopy.of(layer.getParam(parameter));
  }
}
