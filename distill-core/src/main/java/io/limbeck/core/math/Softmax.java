package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Softmax over some dimensions. ND4J's own logarithm of it takes the logarithm of the rounded
 * probabilities and gives minus infinity where logits lie some hundred apart; this one subtracts
 * the maximum first and stays finite.
 */
public final class Softmax {
  private Softmax() {}

  /**
   * The logarithm of the softmax of {@code logits / tau}.
   *
   * @param logits any shape
   * @param tau temperature
   * @param dimensions over which the probabilities sum to one
   * @return a new array
   */
  public static INDArray log(INDArray logits, double tau, int... dimensions) {
    INDArray shifted = logits.sub(logits.max(true, dimensions)).divi(tau);
    INDArray logSum = Transforms.log(Transforms.exp(shifted, true).sum(true, dimensions), false);
    return shifted.subi(logSum);
  }

  /**
   * The softmax of {@code logits / tau}.
   *
   * @param logits any shape
   * @param tau temperature
   * @param dimensions over which the probabilities sum to one
   * @return a new array
   */
  public static INDArray of(INDArray logits, double tau, int... dimensions) {
    return Transforms.exp(log(logits, tau, dimensions), false);
  }

  /**
   * Carries a gradient from the probabilities back to the softened logits: {@code p (g - sum p g)}.
   * The logits themselves take {@code 1 / tau} of it.
   *
   * @param probabilities what the softmax gave
   * @param gradient with respect to them
   * @param dimensions as in the softmax
   * @return a new array
   */
  public static INDArray back(INDArray probabilities, INDArray gradient, int... dimensions) {
    INDArray mean = probabilities.mul(gradient).sum(true, dimensions);
    return gradient.sub(mean).muli(probabilities);
  }
}
