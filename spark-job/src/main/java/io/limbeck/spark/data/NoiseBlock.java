package io.limbeck.spark.data;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A partition of distillation without data: so many mini-batches of nothing, whose examples a
 * generator makes.
 */
final class NoiseBlock implements Block {
  private static final long serialVersionUID = 1L;

  private final int partition;
  private final int steps;
  private final int batchSize;

  private NoiseBlock(int partition, int steps, int batchSize) {
    this.partition = partition;
    this.steps = steps;
    this.batchSize = batchSize;
  }

  /** The blocks of all partitions. */
  static ExampleSet set(JavaSparkContext spark, int partitions, int steps, int batchSize) {
    JavaRDD<Block> blocks =
        spark
            .parallelize(IntStream.range(0, partitions).boxed().toList(), partitions)
            .map(partition -> new NoiseBlock(partition, steps, batchSize));
    long images = (long) partitions * steps * batchSize;
    return new ExampleSet(
        blocks, new Dealing(partitions, 1), Homes.none(), images, ValueRange.NONE, "none", null);
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public int size() {
    return steps * batchSize;
  }

  @Override
  public int steps(int size) {
    return steps;
  }

  @Override
  public Pass training(long seed, int epoch, int size) {
    return inOrder(size);
  }

  /** Only the size of these mini-batches is looked at. */
  @Override
  public Pass inOrder(int size) {
    return step -> new Batch(Nd4j.zeros(DataType.FLOAT, size, 1), null, null);
  }
}
