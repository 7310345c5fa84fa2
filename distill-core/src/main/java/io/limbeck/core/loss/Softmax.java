package io.limbeck.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Softmax over the classes, dimension 1. ND4J's own logarithm of it takes the logarithm of the
 * rounded probabilities and gives minus infinity where logits lie some hundred apart; this one
 * subtracts the maximum first and stays finite.
 */
final class Softmax {
  private static final int CLASSES = 1;

  private Softmax() {}

  /** The logarithm of the softmax of {@code logits / tau}, a new array. */
  static INDArray log(INDArray logits, double tau) {
    INDArray shifted = logits.sub(logits.max(true, CLASSES)).divi(tau);
    INDArray logSum = Transforms.log(Transforms.exp(shifted, true).sum(true, CLASSES), false);
    return shifted.subi(logSum);
  }
}
