package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What every position of a map gathers from all others: {@code y = g phi' theta / keys} of each
 * example. Arguments are {@code theta} {@code [channels, height, width]}, and {@code phi} and
 * {@code g} of the same channels at the key positions, which may be fewer.
 *
 * <p>Source: X. Wang, R. Girshick, A. Gupta, K. He, "Non-local Neural Networks", CVPR 2018,
 * arXiv:1711.07971, equation 4.
 */
public record DotProductAttention() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    List<Long> theta = inputs.get(0);
    return List.of(inputs.get(2).get(0), theta.get(1), theta.get(2));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray theta = inputs.get(0);
    INDArray phi = inputs.get(1);
    INDArray g = inputs.get(2);
    double keys = (double) phi.size(2) * phi.size(3);
    INDArray output = theta.like();
    for (long n = 0; n < theta.size(0); n++) {
      INDArray weights = matrix(phi, n).transpose().mmul(matrix(theta, n)).divi(keys);
      put(output, n, matrix(g, n).mmul(weights));
    }
    return new Value(output, gradient -> back(theta, phi, g, keys, gradient));
  }

  private static List<INDArray> back(
      INDArray theta, INDArray phi, INDArray g, double keys, INDArray gradient) {
    INDArray ofTheta = theta.like();
    INDArray ofPhi = phi.like();
    INDArray ofG = g.like();
    for (long n = 0; n < theta.size(0); n++) {
      INDArray upstream = matrix(gradient, n);
      INDArray weights = matrix(phi, n).transpose().mmul(matrix(theta, n)).divi(keys);
      INDArray ofWeights = matrix(g, n).transpose().mmul(upstream).divi(keys);
      put(ofG, n, upstream.mmul(weights.transpose()));
      put(ofTheta, n, matrix(phi, n).mmul(ofWeights));
      put(ofPhi, n, matrix(theta, n).mmul(ofWeights.transpose()));
    }
    return List.of(ofTheta, ofPhi, ofG);
  }

  /** {@code [channels, positions]} of an example. */
  private static INDArray matrix(INDArray maps, long n) {
    return maps.slice(n).dup('c').reshape('c', maps.size(1), maps.size(2) * maps.size(3));
  }

  private static void put(INDArray maps, long n, INDArray matrix) {
    maps.slice(n).assign(matrix.dup('c').reshape('c', maps.size(1), maps.size(2), maps.size(3)));
  }
}
