package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays as one row an example. */
public final class Rows {
  private Rows() {}

  /**
   * Flattens all dimensions but the first.
   *
   * @param x {@code [batch, …]}
   * @return {@code [batch, features]}; shares memory with {@code x} where its order allows
   */
  public static INDArray of(INDArray x) {
    long features = x.size(0) == 0 ? 0 : x.length() / x.size(0);
    return x.rank() == 2 ? x : Contiguous.of(x).reshape('c', x.size(0), features);
  }

  /**
   * Gives rows the shape of an array again.
   *
   * @param rows {@code [batch, features]}
   * @param like the array that was flattened
   */
  public static INDArray back(INDArray rows, INDArray like) {
    return like.rank() == 2 ? rows : Contiguous.of(rows).reshape('c', like.shape());
  }
}
