package io.limbeck.spark.evaluation;

import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.RandomSeed;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.Seeds;
import io.limbeck.spark.device.TaskDevice;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** What a network's BatchNorms see of the first mini-batches of one partition. */
public final class MomentsTask implements Function<Block, BatchNormMoments> {
  private static final long serialVersionUID = 1L;
  private static final long DROPOUT = 5;

  private final Broadcast<FrozenNetwork> network;
  private final Sample sample;

  /**
   * Which mini-batches are looked at: those that training takes first in an epoch.
   *
   * @param batches most of them
   * @param batchSize examples of each
   * @param seed of order, augmentation and dropout
   * @param epoch from 0
   */
  public record Sample(int batches, int batchSize, long seed, int epoch)
      implements java.io.Serializable {}

  /**
   * A task.
   *
   * @param network with the logits as its only output
   * @param sample which mini-batches
   */
  public MomentsTask(Broadcast<FrozenNetwork> network, Sample sample) {
    this.network = network;
    this.sample = sample;
  }

  @Override
  public BatchNormMoments call(Block block) {
    TaskDevice.bind();
    FrozenNetwork frozen = network.value();
    int steps = Math.min(sample.batches(), block.steps(sample.batchSize()));
    if (steps == 0) {
      return BatchNormMoments.NONE;
    }
    RandomSeed.set(Seeds.derive(sample.seed(), DROPOUT, sample.epoch(), block.partition()));
    return Instances.with(frozen, graph -> moments(graph, block, steps));
  }

  private BatchNormMoments moments(TeacherGraph graph, Block block, int steps) {
    BatchNormMoments moments = BatchNormMoments.NONE;
    Block.Pass pass = block.training(sample.seed(), sample.epoch(), sample.batchSize());
    for (int step = 0; step < steps; step++) {
      moments = moments.plus(graph.batchNormMoments(pass.batch(step).features()));
    }
    return moments;
  }
}
