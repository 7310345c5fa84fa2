package io.limbeck.core.loss;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss' value and gradients for one mini-batch.
 *
 * @param loss the weighted, reduced value
 * @param gradients for each differentiable argument the derivative of {@code loss}, in the
 *     argument's shape; owned by the caller
 */
public record LossAndGradient(double loss, Map<String, INDArray> gradients) {
  /** Copies the map in its order, on which sums of gradients depend, not the arrays. */
  public LossAndGradient {
    gradients = Collections.unmodifiableMap(new LinkedHashMap<>(gradients));
  }
}
