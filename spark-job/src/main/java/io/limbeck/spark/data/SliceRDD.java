package io.limbeck.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * One block for each partition with a student, which brings those of its segments that a round
 * needs into memory, each when its turn comes. A task goes to where the first of them is kept.
 */
final class SliceRDD extends RDD<Block> {
  private static final long serialVersionUID = 1L;

  private final RDD<Block> all;
  private final Dealing dealing;
  private final long examples;

  /**
   * The slices of a round.
   *
   * @param all segments of all partitions
   * @param dealing how they are ordered
   * @param examples in all of them
   * @param needed segments of each partition
   */
  SliceRDD(RDD<Block> all, Dealing dealing, long examples, int[][] needed) {
    super(
        all.sparkContext(),
        JavaConverters.asScalaBuffer(
                List.<org.apache.spark.Dependency<?>>of(new Needed(all, dealing, needed)))
            .toSeq(),
        ClassTag$.MODULE$.apply(Block.class));
    this.all = all;
    this.dealing = dealing;
    this.examples = examples;
  }

  /**
   * The segments that hold a partition's mini-batches.
   *
   * @param order of the epoch
   * @param firstStep of the round
   * @param steps of the round
   * @param batchSize examples of a mini-batch
   * @return their numbers; empty where the partition has no such mini-batches
   */
  static int[] needed(EpochOrder order, int firstStep, int steps, int batchSize) {
    long from = (long) firstStep * batchSize;
    long to = Math.min(order.size(), from + (long) steps * batchSize);
    if (from >= to) {
      return new int[0];
    }
    int first = order.turn(from);
    int[] segments = new int[order.turn(to - 1) - first + 1];
    Arrays.setAll(segments, i -> order.segment(first + i));
    return segments;
  }

  /** The first segments of all partitions stand for the partitions. */
  @Override
  public Partition[] getPartitions() {
    return Arrays.copyOf(all.partitions(), dealing.partitions());
  }

  @Override
  public scala.collection.Iterator<Block> compute(Partition split, TaskContext context) {
    int partition = split.index();
    Block slice =
        new SlicedBlock(
            partition, dealing, examples, segment -> segment(partition, segment, context));
    return JavaConverters.asScalaIterator(List.of(slice).iterator());
  }

  private PackedBlock segment(int partition, int segment, TaskContext context) {
    Partition from = all.partitions()[dealing.block(partition, segment)];
    scala.collection.Iterator<Block> blocks = all.iterator(from, context);
    Block block = blocks.next();
    // Only at its end does an iterator let go of a block, which Spark may not evict before.
    if (blocks.hasNext()) {
      throw new IllegalStateException("More than a block in " + from);
    }
    return (PackedBlock) block;
  }

  private static final class Needed extends NarrowDependency<Block> {
    private static final long serialVersionUID = 1L;
    private final Dealing dealing;
    private final int[][] needed;

    Needed(RDD<Block> all, Dealing dealing, int[][] needed) {
      super(all);
      this.dealing = dealing;
      this.needed = needed;
    }

    @Override
    public scala.collection.Seq<Object> getParents(int partition) {
      List<Object> parents = new ArrayList<>();
      for (int segment : needed[partition]) {
        parents.add(dealing.block(partition, segment));
      }
      return JavaConverters.asScalaBuffer(parents).toSeq();
    }
  }
}
