package io.limbeck.spark.worker;

import io.limbeck.core.loss.LossState;
import io.limbeck.spark.averaging.Learnt;
import io.limbeck.spark.precision.FloatArray;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;

/**
 * What one partition learnt in a round.
 *
 * @param partition which partition
 * @param examples how many examples it learnt from; with none, everything else is empty
 * @param learnt the parameters after the round
 * @param updaterState after the round
 * @param lossChanges what losses want to remember, step by step, by loss name
 * @param lossSums each loss by name, summed over the examples
 * @param measures what was measured meanwhile
 * @param failure what went wrong; null when all is well
 */
public record WorkerResult(
    int partition,
    long examples,
    Learnt learnt,
    FloatArray updaterState,
    List<Map<String, LossState.Change>> lossChanges,
    Map<String, Double> lossSums,
    TaskMeasures measures,
    String failure)
    implements TrainingResult, Serializable {

  /**
   * The result of a partition that had nothing to learn from: it does not count in the average.
   *
   * @param partition which partition
   */
  public static WorkerResult empty(int partition) {
    return new WorkerResult(
        partition,
        0,
        Learnt.NOTHING,
        FloatArray.empty(),
        List.of(),
        Map.of(),
        TaskMeasures.NONE,
        null);
  }

  /** The same with the place of a failure, if there is one, written before it. */
  WorkerResult at(String place) {
    return failure == null
        ? this
        : new WorkerResult(
            partition,
            examples,
            learnt,
            updaterState,
            lossChanges,
            lossSums,
            measures,
            place + ": " + failure);
  }

  @Override
  public void setStats(SparkTrainingStats sparkTrainingStats) {
    throw new UnsupportedOperationException("Statistics of a round are part of the result");
  }
}
