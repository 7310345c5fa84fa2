package io.limbeck.spark.data;

import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One part of the data, packed and kept by Spark.
 *
 * @param blocks one a partition, persisted
 * @param classCounts examples of each class
 * @param persisted what Spark keeps of them
 */
public record ExampleSet(JavaRDD<Block> blocks, long[] classCounts, JavaRDD<?> persisted) {

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

  /** Lets Spark forget the blocks. */
  public void release() {
    persisted.unpersist(false);
  }

  /** All examples. */
  public long size() {
    return Arrays.stream(classCounts).sum();
  }

  /** The label of every example, by its number. */
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
    long largest = (size() + blocks.getNumPartitions() - 1) / blocks.getNumPartitions();
    return (int) ((largest + batchSize - 1) / batchSize);
  }
}
