package io.limbeck.spark.round;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.BadNumbers;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.averaging.Contribution;
import io.limbeck.spark.averaging.Drift;
import io.limbeck.spark.averaging.OuterStep;
import io.limbeck.spark.averaging.RoundPlan;
import io.limbeck.spark.averaging.WeightedMean;
import io.limbeck.spark.data.TrainingData;
import io.limbeck.spark.precision.FloatArray;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.RoundStart;
import io.limbeck.spark.worker.RoundState;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.Totals;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.WorkerResult;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Runs rounds. In each, every partition takes its next mini-batches from the same parameters, and
 * the example-weighted mean of what they learnt is where the next round starts, or where an outer
 * optimizer takes its step from. A lost executor changes nothing: its partitions are run again and
 * give the same result, and the driver sums in partition order.
 */
public final class RoundEngine {
  private final JavaSparkContext spark;
  private final String title;
  private final TrainingData examples;
  private final Broadcast<WorkerPlan> plan;
  private final Broadcast<FrozenTeachers> teacher;
  private final AveragingConfig averaging;
  private final RoundPlan rounds;
  private final OuterStep outer;
  private final Totals totals;

  /**
   * An engine for one run.
   *
   * @param spark the context
   * @param title what is trained, for the Spark UI
   * @param examples to learn from
   * @param plan of the run
   * @param teacher null without one
   * @param averaging how partitions become one
   * @param stepsPerEpoch mini-batches of the largest partition
   * @param statistics which parameters are BatchNorm's running statistics
   */
  public RoundEngine(
      JavaSparkContext spark,
      String title,
      TrainingData examples,
      Broadcast<WorkerPlan> plan,
      Broadcast<FrozenTeachers> teacher,
      AveragingConfig averaging,
      int stepsPerEpoch,
      BitSet statistics) {
    this.spark = spark;
    this.title = title;
    this.examples = examples;
    this.plan = plan;
    this.teacher = teacher;
    this.averaging = averaging;
    this.totals = Totals.of(spark.sc());
    this.outer = new OuterStep(averaging.outer(), statistics);
    this.rounds =
        new RoundPlan(
            averaging,
            plan.value().options().schedule().lrSchedule(),
            plan.value()::learningRate,
            stepsPerEpoch);
  }

  /**
   * Rounds of an epoch.
   *
   * @param state at its start or in it
   * @param epoch from 0
   */
  public int rounds(TrainingState state, int epoch) {
    return rounds.rounds(epoch, state.measuredFrequency()).size();
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
    List<RoundPlan.Span> spans = rounds.rounds(epoch, start.measuredFrequency());
    Overhead overhead = new Overhead();
    TrainingState state = start;
    for (int round = firstRound; round < spans.size(); round++) {
      Done done = run(state, epoch, round, spans);
      state = done.state();
      RoundSummary summary = done.summary();
      overhead.add(summary);
      if (round + 1 == spans.size()) {
        state = state.withMeasuredFrequency(overhead.frequency(rounds));
      }
      listener.roundDone(summary, state);
    }
    return state;
  }

  /** Programs may train for more epochs than they have said. */
  private int epochs(int epoch) {
    return Math.max(plan.value().options().schedule().epochs(), epoch + 1);
  }

  private record Done(TrainingState state, RoundSummary summary) {}

  /**
   * The partitions' results are forgotten at its end, before a listener makes copies of its own.
   */
  private Done run(TrainingState before, int epoch, int round, List<RoundPlan.Span> spans) {
    RoundPlan.Span span = spans.get(round);
    RoundClock clock = new RoundClock();
    spark.setJobDescription(
        "%s: epoch %d / %d, round %d / %d"
            .formatted(title, epoch + 1, epochs(epoch), round + 1, spans.size()));
    List<WorkerResult> results = round(before, epoch, span, clock);
    clock.tasksDone();
    List<String> skipped = skipped(results, "round %d / %d".formatted(round + 1, spans.size()));
    results.removeIf(result -> result.failure() != null);
    int firstStep = stepsBefore(epoch) + span.first();
    float[] start = before.parameters();
    float[] mean = mean(results, result -> result.learnt().from(start), start);
    double rate = plan.value().learningRate(firstStep);
    TrainingState after = moved(before, mean, results, rate);
    Measured measured = new Measured(results, this::weight);
    return new Done(
        after,
        new RoundSummary(
            epoch,
            round,
            spans.size(),
            span.steps(),
            firstStep + span.steps(),
            measured.examples(),
            measured.losses(),
            rate,
            measured.drift(Drift.squaredMove(start, mean)),
            clock.times(measured.stepSeconds()),
            measured.teacherShare(),
            measured.cachedShare(),
            measured.examplesByExecutor(),
            measured.gpus(),
            skipped));
  }

  private int stepsBefore(int epoch) {
    return epoch * rounds.stepsPerEpoch();
  }

  private List<WorkerResult> round(
      TrainingState state, int epoch, RoundPlan.Span span, RoundClock clock) {
    boolean keepsUpdater = averaging.updaterState() != UpdaterState.RESET;
    RoundState roundState =
        new RoundState(
            FloatArray.of(state.parameters()),
            keepsUpdater ? FloatArray.of(state.updaterState()) : FloatArray.empty(),
            state.lossStates(),
            epoch,
            span.first(),
            span.steps(),
            stepsBefore(epoch),
            keepsUpdater,
            averaging.deltas());
    try (RoundStart start = RoundStart.of(spark, roundState)) {
      clock.sent();
      return RoundJob.run(
          spark,
          examples.blocks(epoch, span.first(), span.steps()),
          new RoundTask(plan, teacher, start, totals),
          new RoundResults(start.broadcastId()));
    }
  }

  /** Stops at bad numbers, or tells which partitions the round goes on without. */
  private List<String> skipped(List<WorkerResult> results, String round) {
    List<WorkerResult> failed = results.stream().filter(each -> each.failure() != null).toList();
    boolean goesOn =
        averaging.badNumbers() == BadNumbers.SKIP
            && results.stream().anyMatch(result -> result.examples() > 0);
    if (!failed.isEmpty() && !goesOn) {
      throw new UserException(
          ("Training diverged in %s. Usual causes: a learning rate that is too high"
                  + " ('schedule.updater.learning_rate' is %s), inputs that are not normalised ('data.normalize'), a loss"
                  + " weight that is too large. Nothing of this round was averaged")
              .formatted(
                  where(failed.get(0), round),
                  plan.value().options().schedule().updater().learningRate()));
    }
    return failed.stream().map(each -> where(each, round)).toList();
  }

  private static String where(WorkerResult failed, String round) {
    return "partition %d, %s, %s".formatted(failed.partition(), round, failed.failure());
  }

  private TrainingState moved(
      TrainingState before, float[] mean, List<WorkerResult> results, double learningRate) {
    OuterStep.Moved moved =
        outer.step(before.parameters(), mean, before.outerState(), learningRate);
    return new TrainingState(
        moved.parameters(),
        mean(results, result -> result.updaterState().values(), before.updaterState()),
        moved.velocity(),
        before.remembered(
            results.stream().flatMap(result -> result.lossChanges().stream()).toList()),
        before.measuredFrequency());
  }

  private float[] mean(
      List<WorkerResult> results, Function<WorkerResult, float[]> vector, float[] otherwise) {
    return WeightedMean.of(
            results.stream()
                .filter(result -> result.examples() > 0)
                .map(
                    result ->
                        new Contribution(result.partition(), weight(result), vector.apply(result)))
                .toList())
        .mean(otherwise);
  }

  private double weight(WorkerResult result) {
    return averaging.weighted() ? result.examples() : Math.signum((double) result.examples());
  }
}
