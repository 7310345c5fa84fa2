package io.limbeck.spark.evaluation;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.device.GpuDemand;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Evaluates classifiers, each partition on its executor. */
public final class Evaluator {
  private final JavaSparkContext spark;
  private final int classes;

  /**
   * An evaluator.
   *
   * @param spark the context
   * @param classes of the data
   */
  public Evaluator(JavaSparkContext spark, int classes) {
    this.spark = spark;
    this.classes = classes;
  }

  /**
   * A network's scores.
   *
   * @param network with its logits as the only output
   * @param examples a part of the data
   * @param description for the Spark UI
   */
  public Scores score(FrozenTeacher network, ExampleSet examples, String description) {
    return scores(network, examples, false, false, description).get(0);
  }

  /** Those of each of its outputs, and of their mean. */
  private List<Scores> scores(
      FrozenTeacher network,
      ExampleSet examples,
      boolean ensemble,
      boolean predictions,
      String description) {
    spark.setJobDescription(description);
    Broadcast<FrozenTeacher> broadcast = spark.broadcast(network);
    try {
      // Collected in partition order and summed in it, so that the sum of logarithms is the same
      // every time.
      return gpus()
          .on(examples.blocks().map(new ScoreTask(broadcast, classes, ensemble, predictions)))
          .collect()
          .stream()
          .reduce(Evaluator::plus)
          .orElseThrow();
    } finally {
      broadcast.destroy();
    }
  }

  private GpuDemand gpus() {
    return GpuDemand.of(spark.getConf());
  }

  private static List<Scores> plus(List<Scores> some, List<Scores> others) {
    return IntStream.range(0, some.size()).mapToObj(i -> some.get(i).plus(others.get(i))).toList();
  }

  /**
   * What a network's BatchNorms see of some training examples.
   *
   * @param network with its logits as the only output
   * @param examples a part of the data
   * @param sample which mini-batches
   * @param description for the Spark UI
   */
  public BatchNormMoments moments(
      FrozenNetwork network, ExampleSet examples, MomentsTask.Sample sample, String description) {
    spark.setJobDescription(description);
    Broadcast<FrozenNetwork> broadcast = spark.broadcast(network);
    try {
      return gpus()
          .on(
              examples
                  .training(sample.seed(), sample.batchSize())
                  .blocks(sample.epoch(), 0, sample.batches())
                  .made()
                  .map(new MomentsTask(broadcast, sample)))
          .collect()
          .stream()
          .reduce(BatchNormMoments.NONE, BatchNormMoments::plus);
    } finally {
      broadcast.destroy();
    }
  }

  /**
   * A network's scores, and what it takes every example for.
   *
   * @param network with its logits as the only output
   * @param examples a part of the data
   * @param description for the Spark UI
   * @return null where there is no such part
   */
  public Scores detailed(FrozenTeacher network, Optional<ExampleSet> examples, String description) {
    return examples
        .map(part -> scores(network, part, false, true, description).get(0))
        .orElse(null);
  }

  /**
   * Scores of each of a network's outputs.
   *
   * @param network with logits as its outputs
   * @param examples a part of the data
   * @param ensemble whether those of the mean of all logits come behind them
   * @param predictions whether they tell what it takes every example for
   * @param description for the Spark UI
   * @return empty where there is no such part
   */
  public List<Scores> all(
      FrozenTeacher network,
      Optional<ExampleSet> examples,
      boolean ensemble,
      boolean predictions,
      String description) {
    return examples
        .map(part -> scores(network, part, ensemble, predictions, description))
        .orElse(List.of());
  }
}
