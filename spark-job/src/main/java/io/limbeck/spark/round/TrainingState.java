package io.limbeck.spark.round;

import io.limbeck.core.loss.LossState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What moves in a training.
 *
 * @param parameters of the student's training graph
 * @param updaterState of its updater; empty for none
 * @param lossStates what losses remember, by loss name
 */
public record TrainingState(
    float[] parameters, float[] updaterState, Map<String, LossState> lossStates) {

  /**
   * A state without anything that losses remember.
   *
   * @param parameters of the student's training graph
   * @param updaterState of its updater; empty for none
   */
  public TrainingState(float[] parameters, float[] updaterState) {
    this(parameters, updaterState, Map.of());
  }

  /**
   * What losses remember after a round.
   *
   * @param changes in the order in which they are applied
   * @return the very same map when there are none
   */
  Map<String, LossState> remembered(List<Map<String, LossState.Change>> changes) {
    if (changes.isEmpty()) {
      return lossStates;
    }
    Map<String, LossState> after = new LinkedHashMap<>();
    lossStates.forEach((loss, state) -> after.put(loss, copy(state)));
    changes.forEach(step -> step.forEach((loss, change) -> after.get(loss).apply(change)));
    return after;
  }

  private static LossState copy(LossState state) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    state.arrays().forEach((name, array) -> arrays.put(name, array.dup()));
    return new LossState(arrays);
  }
}
