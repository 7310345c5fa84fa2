package io.limbeck.core.loss.logit;

import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The cross-entropy of logits with one class a position.
 *
 * @param logProbabilities of the logits, classes in dimension 1
 * @param oneHot in their shape
 */
record HardTarget(INDArray logProbabilities, INDArray oneHot) {

  static HardTarget of(INDArray logits, INDArray classes) {
    return new HardTarget(Softmax.log(logits, 1, 1), OneHot.of(classes, logits));
  }

  /** {@code [batch, 1, …]}, each position's loss. */
  INDArray losses() {
    return logProbabilities.mul(oneHot).sum(true, 1).negi();
  }

  double meanLoss() {
    return losses().meanNumber().doubleValue();
  }

  /** Of the mean with respect to the logits. */
  INDArray gradient() {
    double positions = oneHot.length() / (double) oneHot.size(1);
    return Transforms.exp(logProbabilities, true).subi(oneHot).divi(positions);
  }
}
