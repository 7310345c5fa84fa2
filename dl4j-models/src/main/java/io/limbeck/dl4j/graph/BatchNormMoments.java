package io.limbeck.dl4j.graph;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What each BatchNorm of a network sees, summed over mini-batches: the batch's mean, and its mean
 * square. From these follow the statistics of all examples together under one set of weights, where
 * a running average mixes those of many.
 *
 * <p>Source: Y. Wu, J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021, arXiv:2105.07576
 * (PreciseBN): {@code mean = E[mean_B], variance = E[mean_B^2 + variance_B] - mean^2}.
 *
 * @param examples that were seen
 * @param means times the examples, a number for each channel, by vertex
 * @param squares mean squares times the examples
 */
public record BatchNormMoments(
    long examples, Map<String, double[]> means, Map<String, double[]> squares)
    implements Serializable {
  /** Of no examples. */
  public static final BatchNormMoments NONE =
      new BatchNormMoments(0, new LinkedHashMap<>(), new LinkedHashMap<>());

  // A channel that never varies: its logarithm must be a number.
  private static final double SMALLEST_VARIANCE = 1e-30;

  /**
   * Of one mini-batch, as in training: dropout is on, and each BatchNorm uses the batch's own
   * statistics.
   *
   * @param network whose running statistics do not change
   * @param features the mini-batch
   */
  static BatchNormMoments of(ComputationGraph network, INDArray features) {
    Map<String, INDArray> activations = network.feedForward(new INDArray[] {features}, true, true);
    activations.put(network.getConfiguration().getNetworkInputs().get(0), features);
    Map<String, double[]> means = new LinkedHashMap<>();
    Map<String, double[]> squares = new LinkedHashMap<>();
    long examples = features.size(0);
    for (GraphVertex vertex : network.getVertices()) {
      if (vertex.hasLayer()
          && vertex.getLayer().conf().getLayer() instanceof BatchNormalization layer) {
        INDArray input = input(network, vertex.getVertexName(), activations);
        int[] others = others(input, layer);
        INDArray mean = input.mean(others);
        INDArray square = input.var(false, others).addi(mean.mul(mean));
        means.put(vertex.getVertexName(), times(mean, examples));
        squares.put(vertex.getVertexName(), times(square, examples));
      }
    }
    return new BatchNormMoments(examples, means, squares);
  }

  private static INDArray input(
      ComputationGraph network, String vertex, Map<String, INDArray> activations) {
    List<String> from = network.getConfiguration().getVertexInputs().get(vertex);
    INDArray input = activations.get(from.get(0));
    InputPreProcessor before =
        ((LayerVertex) network.getConfiguration().getVertices().get(vertex)).getPreProcessor();
    return before == null
        ? input
        : before.preProcess(input, (int) input.size(0), LayerWorkspaceMgr.noWorkspaces());
  }

  /** All dimensions but the channels'. */
  private static int[] others(INDArray input, BatchNormalization layer) {
    boolean last = input.rank() == 4 && layer.getCnn2DFormat() == CNN2DFormat.NHWC;
    int channels = last ? 3 : 1;
    return IntStream.range(0, input.rank()).filter(i -> i != channels).toArray();
  }

  private static double[] times(INDArray values, long factor) {
    double[] product = values.castTo(DataType.DOUBLE).toDoubleVector();
    for (int i = 0; i < product.length; i++) {
      product[i] *= factor;
    }
    return product;
  }

  /**
   * Of more examples. Sums depend on their order in the last bits.
   *
   * @param other of the same network
   */
  public BatchNormMoments plus(BatchNormMoments other) {
    return new BatchNormMoments(
        examples + other.examples, sum(means, other.means), sum(squares, other.squares));
  }

  private static Map<String, double[]> sum(Map<String, double[]> a, Map<String, double[]> b) {
    Map<String, double[]> sum = new LinkedHashMap<>(a);
    b.forEach((vertex, values) -> sum.merge(vertex, values, BatchNormMoments::sum));
    return sum;
  }

  private static double[] sum(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] + b[i]).toArray();
  }

  /**
   * The statistics as BatchNorm's parameters.
   *
   * @param layout of the network, which knows the form in which it keeps variances
   * @return by full name; empty without examples
   */
  public Map<String, float[]> parameters(ParameterLayout layout) {
    Map<String, float[]> parameters = new LinkedHashMap<>();
    if (examples == 0) {
      return parameters;
    }
    for (ParameterLayout.Segment segment : layout.segments()) {
      int slash = segment.name().lastIndexOf('/');
      String vertex = segment.name().substring(0, slash);
      if (segment.statistic() && means.containsKey(vertex)) {
        float[] values = new float[segment.length()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) statistic(segment.name().substring(slash + 1), vertex, i);
        }
        parameters.put(segment.name(), values);
      }
    }
    return parameters;
  }

  private double statistic(String parameter, String vertex, int channel) {
    double mean = means.get(vertex)[channel] / examples;
    if (BatchNormalizationParamInitializer.GLOBAL_MEAN.equals(parameter)) {
      return mean;
    }
    double variance =
        Math.max(SMALLEST_VARIANCE, squares.get(vertex)[channel] / examples - mean * mean);
    return BatchNormalizationParamInitializer.GLOBAL_VAR.equals(parameter)
        ? variance
        : Math.log10(variance) / 2;
  }
}
