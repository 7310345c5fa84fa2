package io.limbeck.spark.data;

import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag$;

/**
 * One part of the data, packed and kept by Spark, in memory and what does not fit there on disk.
 *
 * @param blocks the segments of all partitions, persisted
 * @param dealing which segments those are
 * @param homes which executor keeps which partition
 * @param size how many
 * @param range of their raw values
 * @param fingerprint of the examples' numbers, values and labels; equal sets have equal ones
 * @param persisted what Spark keeps of them, made by {@link Packer}; null for nothing
 */
public record ExampleSet(
    JavaRDD<Block> blocks,
    Dealing dealing,
    Homes homes,
    long size,
    ValueRange range,
    String fingerprint,
    JavaRDD<?> persisted) {

  /**
   * What stands for examples where a generator makes them.
   *
   * @param spark the context
   * @param partitions that make images
   * @param steps of each in an epoch
   * @param batchSize images of a step
   */
  public static ExampleSet ofNoise(
      JavaSparkContext spark, int partitions, int steps, int batchSize) {
    return NoiseBlock.set(spark, partitions, steps, batchSize);
  }

  /**
   * The same as rounds of a training take it.
   *
   * @param seed of the order
   * @param batchSize examples of a mini-batch
   */
  public TrainingData training(long seed, int batchSize) {
    return training(seed, batchSize, epoch -> roundBlocks());
  }

  /**
   * The same with something beside the examples.
   *
   * @param seed of the order
   * @param batchSize examples of a mini-batch
   * @param ofEpoch the segments with what belongs to an epoch, in this set's order
   */
  public TrainingData training(long seed, int batchSize, IntFunction<RoundBlocks> ofEpoch) {
    return (epoch, firstStep, steps) -> {
      if (firstStep == 0) {
        homes.settle();
      }
      return dealing.segments() == 1
          ? ofEpoch.apply(epoch)
          : slices(ofEpoch.apply(epoch).made(), order(seed, epoch), firstStep, steps, batchSize);
    };
  }

  private RoundBlocks roundBlocks() {
    return persisted == null
        ? RoundBlocks.of(blocks)
        : new RoundBlocks(java(KeptRDD.of(persisted.rdd(), null, homes)), blocks);
  }

  private static JavaRDD<Block> java(RDD<Block> rdd) {
    return new JavaRDD<>(rdd, ClassTag$.MODULE$.apply(Block.class));
  }

  /**
   * The segments with what a teacher puts out for their examples.
   *
   * @param outputs persisted, one for each segment
   */
  public RoundBlocks with(JavaRDD<TeacherOutputs> outputs) {
    JavaRDD<Block> together =
        blocks.zipPartitions(
            outputs, (block, ofIt) -> List.of(block.next().with(ofIt.next())).iterator());
    return new RoundBlocks(java(KeptRDD.of(persisted.rdd(), outputs.rdd(), homes)), together);
  }

  private IntFunction<EpochOrder> order(long seed, int epoch) {
    return partition -> EpochOrder.of(dealing, size(), partition, seed, epoch);
  }

  private RoundBlocks slices(
      JavaRDD<Block> all, IntFunction<EpochOrder> orders, int firstStep, int steps, int batchSize) {
    int[][] needed = new int[dealing.partitions()][];
    for (int partition = 0; partition < needed.length; partition++) {
      needed[partition] = SliceRDD.needed(orders.apply(partition), firstStep, steps, batchSize);
    }
    return RoundBlocks.of(java(new SliceRDD(all.rdd(), dealing, size(), needed)));
  }

  /** Lets Spark forget the blocks. */
  public void release() {
    if (persisted != null) {
      persisted.unpersist(false);
    }
  }

  /** The class of every example, by its number. */
  public int[] labels() {
    int[] labels = new int[Math.toIntExact(size())];
    for (int[][] part : blocks.map(block -> ((PackedBlock) block).numbersAndLabels()).collect()) {
      for (int i = 0; i < part[0].length; i++) {
        labels[part[0][i]] = part[1][i];
      }
    }
    return labels;
  }

  /**
   * Mini-batches that the largest partition takes in one pass.
   *
   * @param batchSize examples of a batch
   */
  public int stepsPerEpoch(int batchSize) {
    long largest = (size() + dealing.partitions() - 1) / dealing.partitions();
    return Math.toIntExact((largest + batchSize - 1) / batchSize);
  }
}
