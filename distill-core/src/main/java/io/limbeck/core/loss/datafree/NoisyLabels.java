package io.limbeck.core.loss.datafree;

import io.limbeck.core.math.Softmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The likelihood of guessed labels when each class is mistaken for another with learnt
 * probabilities.
 */
final class NoisyLabels {
  private final INDArray probabilities;
  private final INDArray guessed;
  private final INDArray mistakes;
  private final INDArray matrix;
  private final INDArray likelihood;
  private final double accuracy;

  private NoisyLabels(
      INDArray probabilities, INDArray guessed, INDArray mistakes, double accuracy) {
    this.probabilities = probabilities;
    this.guessed = guessed;
    this.mistakes = mistakes;
    this.accuracy = accuracy;
    this.matrix = matrix(mistakes, accuracy);
    this.likelihood = probabilities.mmul(matrix).muli(guessed).sum(true, 1);
  }

  /**
   * The likelihood.
   *
   * @param logits {@code [batch, classes]}
   * @param guessed one-hot, in the same shape
   * @param noise {@code [classes, classes - 1]}
   * @param accuracy the share of labels that is right
   */
  static NoisyLabels of(INDArray logits, INDArray guessed, INDArray noise, double accuracy) {
    return new NoisyLabels(Softmax.of(logits, 1, 1), guessed, Softmax.of(noise, 1, 1), accuracy);
  }

  /** The mistakes with a diagonal between them. */
  private static INDArray matrix(INDArray mistakes, double accuracy) {
    int classes = (int) mistakes.size(0);
    INDArray matrix = Nd4j.eye(classes).castTo(mistakes.dataType()).muli(accuracy);
    for (int row = 0; row < classes; row++) {
      for (int other = 0; other < classes - 1; other++) {
        matrix.putScalar(
            row, other < row ? other : other + 1, (1 - accuracy) * mistakes.getDouble(row, other));
      }
    }
    return matrix;
  }

  double loss() {
    return -Transforms.log(likelihood, true).meanNumber().doubleValue();
  }

  /**
   * {@code -1 / (batch likelihood)} at the guessed class: of the loss by the mixed probabilities.
   */
  private INDArray ofMixed() {
    return guessed.div(likelihood).divi(-guessed.size(0));
  }

  INDArray studentGradient() {
    return Softmax.back(probabilities, ofMixed().mmul(matrix.transpose()), 1);
  }

  INDArray noiseGradient() {
    INDArray ofMatrix = probabilities.transpose().mmul(ofMixed());
    INDArray ofMistakes = mistakes.like();
    for (int row = 0; row < mistakes.size(0); row++) {
      for (int other = 0; other < mistakes.size(1); other++) {
        ofMistakes.putScalar(
            row, other, (1 - accuracy) * ofMatrix.getDouble(row, other < row ? other : other + 1));
      }
    }
    return Softmax.back(mistakes, ofMistakes, 1);
  }
}
