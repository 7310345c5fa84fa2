package io.limbeck.core.loss.logit;

import io.limbeck.core.math.ZScore;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Logits as they are, or as their z-scores over the classes, dimension 1.
 *
 * @param value what the loss sees
 * @param score null for logits as they are
 */
record Logits(INDArray value, ZScore score) {
  /** As in the code of the paper on logit standardisation. */
  private static final double EPSILON = 1e-7;

  static Logits of(INDArray logits, boolean standardised) {
    if (!standardised) {
      return new Logits(logits, null);
    }
    ZScore score = ZScore.of(logits, EPSILON, 1);
    return new Logits(score.value(), score);
  }

  /** Carries a gradient back to the logits as they are. */
  INDArray back(INDArray gradient) {
    return score == null ? gradient : score.back(gradient);
  }
}
