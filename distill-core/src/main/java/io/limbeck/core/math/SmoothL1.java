package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The Huber loss with its corner at one: {@code d^2 / 2} for {@code |d| < 1}, {@code |d| - 1/2}
 * beyond.
 */
public final class SmoothL1 {
  private SmoothL1() {}

  /**
   * The sum over all elements.
   *
   * @param difference any shape
   */
  public static double sum(INDArray difference) {
    INDArray magnitude = Transforms.abs(difference, true);
    INDArray inner = Transforms.min(magnitude, 1, true);
    // For |d| < 1 inner = |d|, and |d| - inner = 0; beyond, inner = 1.
    return inner.mul(inner).muli(0.5).addi(magnitude.sub(inner)).sumNumber().doubleValue();
  }

  /**
   * The derivative of the sum.
   *
   * @param difference any shape
   * @return a new array
   */
  public static INDArray slope(INDArray difference) {
    return Transforms.max(Transforms.min(difference, 1, true), -1, false);
  }
}
