package io.limbeck.spark.worker;

import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.Block;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * One partition's part of a round: a pure function of plan, teacher, state and block, so that Spark
 * may repeat it.
 */
public final class RoundTask implements Function<Block, WorkerResult> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<WorkerPlan> plan;
  private final Broadcast<FrozenTeachers> teacher;
  private final RoundStart state;
  private final Totals totals;

  /**
   * A round's task.
   *
   * @param plan of the run
   * @param teacher null without one
   * @param state of the round
   * @param totals of the run, to add to
   */
  public RoundTask(
      Broadcast<WorkerPlan> plan,
      Broadcast<FrozenTeachers> teacher,
      RoundStart state,
      Totals totals) {
    this.plan = plan;
    this.teacher = teacher;
    this.state = state;
    this.totals = totals;
  }

  @Override
  public WorkerResult call(Block block) {
    WorkerResult result = learn(block);
    WorkerCounters.add(result);
    totals.add(result);
    return result;
  }

  private WorkerResult learn(Block block) {
    DistillationWorker worker = new DistillationWorker(plan, teacher, state, block.partition());
    int batchSize = plan.value().options().schedule().batchSize();
    int epoch = state.value().epoch();
    int first = state.value().firstStep();
    int last = Math.min(first + state.value().steps(), block.steps(batchSize));
    if (first >= last) {
      return worker.getFinalResultNoData();
    }
    ComputationGraph graph = worker.getInitialModelGraph();
    Block.Pass pass = block.training(plan.value().seed(), epoch, batchSize);
    for (int step = first; step < last; step++) {
      Batch batch = pass.batch(step);
      WorkerResult end = worker.step(batch);
      if (end != null) {
        return end.at(
            "epoch %d, step %d (mini-batch of %d examples)"
                .formatted(epoch + 1, step + 1, batch.size()));
      }
    }
    return worker.getFinalResult(graph).at("epoch %d, step %d".formatted(epoch + 1, last));
  }
}
