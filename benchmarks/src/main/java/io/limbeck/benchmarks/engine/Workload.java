package io.limbeck.benchmarks.engine;

import io.limbeck.core.config.AveragingConfig;
import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.DataSetBlock;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.round.RoundEngine;
import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.TrainingState;
import io.limbeck.spark.worker.WorkerPlan;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.common.util.ArrayUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network that learns from labels.
 *
 * @param net that learns
 * @param partitions with a student each
 * @param rounds of an epoch
 * @param steps of a round
 * @param batch examples of a step
 */
record Workload(Net net, int partitions, int rounds, int steps, int batch) implements Serializable {
  private static final ScheduleConfig SCHEDULE =
      new ScheduleConfig(
          1, 16, new ScheduleConfig.Nesterovs(0.01, 0.9), 0, new ScheduleConfig.Constant(0));

  /** The network as DL4J's users write it. */
  ComputationGraph network() {
    return Networks.fresh(net.configuration());
  }

  /** All mini-batches of a partition. */
  List<org.nd4j.linalg.dataset.api.MultiDataSet> batches(int partition) {
    Random random = new Random(partition);
    List<org.nd4j.linalg.dataset.api.MultiDataSet> batches = new ArrayList<>();
    for (int i = 0; i < rounds * steps; i++) {
      float[] features = new float[batch * net.length()];
      float[] labels = new float[batch * Net.CLASSES];
      for (int j = 0; j < features.length; j++) {
        features[j] = random.nextFloat() - 0.5f;
      }
      for (int j = 0; j < batch; j++) {
        labels[j * Net.CLASSES + random.nextInt(Net.CLASSES)] = 1;
      }
      batches.add(new MultiDataSet(array(features, net.shape()), array(labels, Net.CLASSES)));
    }
    return batches;
  }

  private INDArray array(float[] values, long... shape) {
    return Nd4j.createFromArray(values).reshape('c', ArrayUtil.combine(new long[] {batch}, shape));
  }

  /**
   * A partition for each student; what a partition has is made there, so that no task carries it.
   */
  JavaRDD<Integer> numbers(JavaSparkContext spark) {
    return spark.parallelize(IntStream.range(0, partitions).boxed().toList(), partitions);
  }

  /** The same mini-batches as our engine takes them, kept by Spark. */
  JavaRDD<Block> blocks(JavaSparkContext spark) {
    JavaRDD<Block> kept =
        numbers(spark)
            .<Block>map(partition -> new DataSetBlock(partition, batches(partition)))
            .cache();
    kept.count();
    return kept;
  }

  /** A training that goes on from epoch to epoch. */
  final class Training implements AutoCloseable {
    private final JavaRDD<Block> blocks;
    private final Broadcast<WorkerPlan> plan;
    private final RoundEngine engine;
    private final List<RoundSummary> summaries = new ArrayList<>();
    private TrainingState state;
    private int epoch;

    Training(JavaSparkContext spark) {
      ComputationGraphConfiguration conf = LogitsForm.of(net.configuration());
      WorkerPlan workerPlan =
          new WorkerPlan(
              UUID.randomUUID().toString(),
              conf.toJson(),
              null,
              new TrainingOptions(SCHEDULE, rounds * steps, 1),
              1);
      this.blocks = blocks(spark);
      this.plan = spark.broadcast(workerPlan);
      this.state = TrainingState.start(Networks.parameters(Networks.fresh(conf)), Map.of());
      this.engine =
          new RoundEngine(
              spark,
              "benchmark",
              (ofEpoch, firstStep, ofRound) -> RoundBlocks.of(blocks),
              plan,
              null,
              new AveragingConfig(null, steps, true, UpdaterState.AVERAGE),
              rounds * steps,
              new BitSet());
    }

    /** Trains for an epoch. */
    void epoch() {
      summaries.clear();
      state = engine.epoch(state, epoch, (summary, after) -> summaries.add(summary));
      epoch++;
    }

    /** What the last epoch's rounds told. */
    List<RoundSummary> summaries() {
      return summaries;
    }

    @Override
    public void close() {
      plan.destroy();
      blocks.unpersist(true);
    }
  }
}
