package io.limbeck.core.loss;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss' value and gradients for one mini-batch.
 *
 * @param loss the weighted, reduced value
 * @param gradients for each differentiable argument and parameter the derivative of {@code loss},
 *     in its shape; one array, or as many as the argument's list has, null for an item without a
 *     gradient; owned by the caller
 * @param change what the loss wants to remember
 */
public record LossAndGradient(
    double loss, Map<String, List<INDArray>> gradients, LossState.Change change) {
  /** Copies the map in its order, on which sums of gradients depend, not the arrays. */
  public LossAndGradient {
    gradients = Collections.unmodifiableMap(new LinkedHashMap<>(gradients));
  }

  /**
   * A value, as yet without gradients.
   *
   * @param loss the weighted, reduced value
   */
  public static LossAndGradient of(double loss) {
    return new LossAndGradient(loss, Map.of(), LossState.Change.none());
  }

  /**
   * The same with one more gradient.
   *
   * @param argument the argument
   * @param gradient in its shape
   */
  public LossAndGradient with(String argument, INDArray gradient) {
    return with(argument, Collections.singletonList(gradient));
  }

  /**
   * The same with the gradients of one more list.
   *
   * @param argument the argument
   * @param several one for each array of the list
   */
  public LossAndGradient with(String argument, List<INDArray> several) {
    Map<String, List<INDArray>> all = new LinkedHashMap<>(gradients);
    all.put(argument, several);
    return new LossAndGradient(loss, all, change);
  }

  /**
   * The same with something to remember.
   *
   * @param toRemember new rows of the loss' state
   */
  public LossAndGradient remembering(LossState.Change toRemember) {
    return new LossAndGradient(loss, gradients, toRemember);
  }

  /**
   * The gradient of an argument that is one array.
   *
   * @param argument the argument
   * @return null when there is none
   */
  public INDArray gradient(String argument) {
    List<INDArray> several = gradients.get(argument);
    return several == null ? null : several.get(0);
  }
}
