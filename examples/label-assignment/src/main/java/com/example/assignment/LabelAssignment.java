package com.example.assignment;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Decides which positions of a map stand for a class: those where its score is highest. It is an
 * ordinary class that knows nothing of distillation; {@link #assign} is what the config delivers.
 */
public final class LabelAssignment {
  private final int positives;

  /**
   * An assignment.
   *
   * @param positives positions of each class
   */
  public LabelAssignment(int positives) {
    this.positives = positives;
  }

  /**
   * Chooses positions.
   *
   * @param scores {@code [batch, classes, height, width]}
   * @return as large, 1 at the chosen positions and 0 elsewhere
   */
  public INDArray assign(INDArray scores) {
    long planes = scores.size(0) * scores.size(1);
    INDArray rest = scores.dup('c').reshape('c', planes, scores.size(2) * scores.size(3));
    INDArray chosen = Nd4j.zerosLike(rest);
    for (int i = 0; i < positives; i++) {
      long[] best = rest.argMax(1).toLongVector();
      for (int plane = 0; plane < planes; plane++) {
        chosen.putScalar(plane, best[plane], 1);
        rest.putScalar(plane, best[plane], Float.NEGATIVE_INFINITY);
      }
    }
    return chosen.reshape('c', scores.shape());
  }
}
