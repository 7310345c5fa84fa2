package io.limbeck.dl4j.connector;

import io.limbeck.dl4j.function.DotProductAttention;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * A non-local block with dot products: {@code x + BatchNorm(conv(attention(x)))}.
 *
 * <p>Source: X. Wang, R. Girshick, A. Gupta, K. He, "Non-local Neural Networks", CVPR 2018,
 * arXiv:1711.07971, as in MMRazor's {@code NonLocalBlock}.
 */
final class NonLocal {
  private NonLocal() {}

  /**
   * Adds a block.
   *
   * @param branch where to
   * @param channels of the value
   * @param reduction the inner channels are so many times fewer
   * @param pool window and stride of the keys' pooling; 1 for none
   * @param zerosInit whether the block starts as the identity
   * @param x the value
   */
  static String add(
      Branch branch, int channels, int reduction, int pool, boolean zerosInit, String x) {
    int inner = Math.max(1, channels / reduction);
    String theta = branch.add("non_local.theta", Layers.conv(inner, 1, 1, true), x);
    String phi = branch.add("non_local.phi", Layers.conv(inner, 1, 1, true), x);
    String g = branch.add("non_local.g", Layers.conv(inner, 1, 1, true), x);
    if (pool > 1) {
      phi = branch.add("non_local.phi_pool", pooling(pool), phi);
      g = branch.add("non_local.g_pool", pooling(pool), g);
    }
    String y = branch.add("non_local.attention", new DotProductAttention(), theta, phi, g);
    String out = branch.add("non_local.conv_out", Layers.conv(channels, 1, 1, false), y);
    BatchNormalization norm = Layers.norm();
    norm.setGamma(zerosInit ? 0 : 1);
    String normed = branch.add("non_local.bn", norm, out);
    return branch.addVertex(
        "non_local.add", new ElementWiseVertex(ElementWiseVertex.Op.Add), x, normed);
  }

  private static SubsamplingLayer pooling(int window) {
    return new SubsamplingLayer.Builder(PoolingType.MAX)
        .kernelSize(window, window)
        .stride(window, window)
        .convolutionMode(ConvolutionMode.Truncate)
        .build();
  }
}
