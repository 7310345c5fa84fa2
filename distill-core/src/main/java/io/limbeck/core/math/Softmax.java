package io.limbeck.core.math;

import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

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
   * @param dimensions over which the probabilities sum to one, one behind the other
   * @return a new array
   */
  public static INDArray log(INDArray logits, double tau, int... dimensions) {
    return of(logits, tau, SoftmaxSlices::logs, dimensions);
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
    return of(logits, tau, SoftmaxSlices::probabilities, dimensions);
  }

  private static INDArray of(
      INDArray logits, double tau, Function<SoftmaxSlices, double[]> wanted, int... dimensions) {
    Slices slices = Slices.of(logits, dimensions);
    SoftmaxSlices softmax = new SoftmaxSlices(slices, tau);
    Slices result = slices.like();
    for (int first = 0; first < slices.count(); first += slices.atOnce()) {
      softmax.at(first);
      result.write(wanted.apply(softmax), first);
    }
    return result.as(logits);
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
