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
 * @param outerState what the outer optimizer remembers; empty for nothing
 * @param lossStates what losses remember, by loss name
 * @param measuredFrequency steps between two averagings in this epoch, where measuring decides
 *     that; 0 where it does not or has not yet
 */
public record TrainingState(
    float[] parameters,
    float[] updaterState,
    float[] outerState,
    Map<String, LossState> lossStates,
    int measuredFrequency) {

  /**
   * The start of a training.
   *
   * @param parameters of the student's training graph
   * @param lossStates what losses remember, by loss name
   */
  public static TrainingState start(float[] parameters, Map<String, LossState> lossStates) {
    return new TrainingState(parameters, new float[0], new float[0], lossStates, 0);
  }

  /** The same with other parameters. */
  public TrainingState withParameters(float[] others) {
    return new TrainingState(others, updaterState, outerState, lossStates, measuredFrequency);
  }

  /** The same with another measured frequency. */
  TrainingState withMeasuredFrequency(int steps) {
    return new TrainingState(parameters, updaterState, outerState, lossStates, steps);
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
