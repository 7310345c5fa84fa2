package io.limbeck.dl4j.normalization;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A BatchNorm that normalises in training and in inference alike. Parameters, names and files are
 * those of DL4J's.
 */
public final class SteadyNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  private Statistics statistics;

  /** What values are normalised by. */
  public enum Statistics {
    /**
     * The running statistics that it has, which stay as they are. Scale and shift learn: as of a
     * BatchNorm of PyTorch's in {@code eval()}.
     */
    RUNNING,
    /**
     * Those of each mini-batch; the running ones stay as they are. It only runs forward: of a
     * frozen network.
     */
    MINI_BATCH
  }

  /** For DL4J, which fills it in. */
  SteadyNormalization() {}

  /**
   * A BatchNorm like another one.
   *
   * @param other the usual one
   * @param statistics what it normalises by
   */
  public SteadyNormalization(BatchNormalization other, Statistics statistics) {
    this.statistics = statistics;
    setLayerName(other.getLayerName());
    setNIn(other.getNIn());
    setNOut(other.getNOut());
    setDecay(other.getDecay());
    setEps(other.getEps());
    setMinibatch(other.isMinibatch());
    setGamma(other.getGamma());
    setBeta(other.getBeta());
    setLockGammaBeta(other.isLockGammaBeta());
    setCudnnAllowFallback(other.isCudnnAllowFallback());
    setUseLogStd(other.isUseLogStd());
    setCnn2DFormat(other.getCnn2DFormat());
    setConstraints(other.getConstraints());
    setIUpdater(other.getIUpdater());
  }

  /**
   * Makes all BatchNorms of a network steady.
   *
   * @param conf the network, which is changed
   * @param statistics what they normalise by
   */
  public static void replaceAll(ComputationGraphConfiguration conf, Statistics statistics) {
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BatchNormalization usual) {
        layer.getLayerConf().setLayer(new SteadyNormalization(usual, statistics));
      }
    }
  }

  /**
   * Whether a network puts out the same for an example whatever others are with it.
   *
   * @param conf the network
   */
  public static boolean isByExample(ComputationGraphConfiguration conf) {
    return conf.getVertices().values().stream()
        .noneMatch(
            vertex ->
                vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof SteadyNormalization steady
                    && steady.statistics == Statistics.MINI_BATCH);
  }

  /** What values are normalised by. */
  public Statistics getStatistics() {
    return statistics;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    var layer =
        statistics == Statistics.RUNNING
            ? new RunningNormalizationLayer(conf, dataType)
            : new MiniBatchNormalizationLayer(conf, dataType);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(parameters);
    layer.setParamTable(initializer().init(conf, parameters, initialize));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof SteadyNormalization that
        && statistics == that.statistics;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + (statistics == null ? 0 : statistics.hashCode());
  }
}
