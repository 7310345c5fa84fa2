package io.limbeck.spark.round;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.averaging.Contribution;
import io.limbeck.spark.averaging.WeightedMean;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.RoundState;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.WorkerResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Runs rounds. In each, every partition takes its next mini-batches from the same parameters, and
 * the example-weighted mean of what they learnt is where the next round starts. A lost executor
 * changes nothing: its partitions are run again and give the same result, and the driver sums in
 * partition order.
 */
public final class RoundEngine {
  private final JavaSparkContext spark;
  private final JavaRDD<Block> blocks;
  private final Broadcast<WorkerPlan> plan;
  private final Broadcast<FrozenTeachers> teacher;
  private final AveragingConfig averaging;
  private final int stepsPerEpoch;

  /**
   * An engine for one run.
   *
   * @param spark the context
   * @param blocks the training examples
   * @param plan of the run
   * @param teacher null without one
   * @param averaging how partitions become one
   * @param stepsPerEpoch mini-batches of the largest partition
   */
  public RoundEngine(
      JavaSparkContext spark,
      JavaRDD<Block> blocks,
      Broadcast<WorkerPlan> plan,
      Broadcast<FrozenTeachers> teacher,
      AveragingConfig averaging,
      int stepsPerEpoch) {
    this.spark = spark;
    this.blocks = blocks;
    this.plan = plan;
    this.teacher = teacher;
    this.averaging = averaging;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /** Rounds of an epoch. */
  public int roundsPerEpoch() {
    return (stepsPerEpoch + averaging.frequency() - 1) / averaging.frequency();
  }

  /**
   * Trains for one epoch.
   *
   * @param start where to start from
   * @param epoch from 0
   * @param listener told after every round
   * @return where it ended
   * @throws UserException at a loss or parameter that is not finite, before it is averaged
   */
  public TrainingState epoch(TrainingState start, int epoch, RoundListener listener) {
    return epoch(start, epoch, 0, listener);
  }

  /**
   * Trains for what is left of an epoch.
   *
   * @param start where to start from
   * @param epoch from 0
   * @param firstRound from 0
   * @param listener told after every round
   * @return where it ended
   * @throws UserException at a loss or parameter that is not finite, before it is averaged
   */
  public TrainingState epoch(
      TrainingState start, int epoch, int firstRound, RoundListener listener) {
    TrainingState state = start;
    for (int round = firstRound; round < roundsPerEpoch(); round++) {
      long begin = System.nanoTime();
      List<WorkerResult> results = round(state, epoch, round);
      state = average(state, results);
      listener.roundDone(summary(results, epoch, round, (System.nanoTime() - begin) / 1e9), state);
    }
    return state;
  }

  private List<WorkerResult> round(TrainingState state, int epoch, int round) {
    spark.setJobDescription(
        "epoch %d, round %d / %d".formatted(epoch + 1, round + 1, roundsPerEpoch()));
    float[] updater =
        averaging.updaterState() == UpdaterState.RESET ? new float[0] : state.updaterState();
    RoundState roundState =
        new RoundState(
            state.parameters(),
            updater,
            state.lossStates(),
            epoch,
            round * averaging.frequency(),
            averaging.frequency(),
            epoch * plan.value().options().stepsPerEpoch());
    Broadcast<RoundState> broadcast = spark.broadcast(roundState);
    try {
      List<WorkerResult> results =
          new ArrayList<>(blocks.map(new RoundTask(plan, teacher, broadcast)).collect());
      results.sort(Comparator.comparingInt(WorkerResult::partition));
      results.stream().filter(result -> result.failure() != null).findFirst().ifPresent(this::stop);
      return results;
    } finally {
      broadcast.destroy();
    }
  }

  private void stop(WorkerResult failed) {
    throw new UserException(
        ("Training diverged in partition %d, %s. Usual causes: a learning rate that is too high"
                + " ('schedule.updater.learning_rate' is %s), inputs that are not normalised ('data.normalize'), a loss"
                + " weight that is too large. Nothing of this round was averaged")
            .formatted(
                failed.partition(),
                failed.failure(),
                plan.value().options().schedule().updater().learningRate()));
  }

  private TrainingState average(TrainingState before, List<WorkerResult> results) {
    return new TrainingState(
        mean(results, WorkerResult::parameters, before.parameters()),
        mean(results, WorkerResult::updaterState, before.updaterState()),
        before.remembered(
            results.stream().flatMap(result -> result.lossChanges().stream()).toList()));
  }

  private float[] mean(
      List<WorkerResult> results, Function<WorkerResult, float[]> vector, float[] otherwise) {
    return WeightedMean.of(
            results.stream()
                .map(
                    result ->
                        new Contribution(result.partition(), weight(result), vector.apply(result)))
                .toList())
        .mean(otherwise);
  }

  private double weight(WorkerResult result) {
    return averaging.weighted() ? result.examples() : Math.signum((double) result.examples());
  }

  private RoundSummary summary(List<WorkerResult> results, int epoch, int round, double seconds) {
    long examples = results.stream().mapToLong(WorkerResult::examples).sum();
    Map<String, Double> losses = new LinkedHashMap<>();
    for (WorkerResult result : results) {
      result.lossSums().forEach((name, sum) -> losses.merge(name, sum / examples, Double::sum));
    }
    double step = results.stream().mapToLong(WorkerResult::stepNanos).sum();
    double inTeacher = results.stream().mapToLong(WorkerResult::teacherNanos).sum();
    return new RoundSummary(
        epoch,
        round,
        roundsPerEpoch(),
        examples,
        losses,
        seconds,
        step == 0 ? 0 : inTeacher / step);
  }
}
