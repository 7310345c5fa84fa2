package io.limbeck.spark.data;

import java.io.Serializable;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import scala.Tuple2;

/**
 * How numbered examples are dealt out, one after the other like cards: first to the partitions,
 * each with a student of its own, and in a partition to its segments, which are as large as fits
 * into memory at once. So partitions differ by at most one example, as do the segments of each, and
 * classes spread evenly even when the files hold one class after the other.
 *
 * @param partitions with a student each
 * @param segments of each partition
 */
public record Dealing(int partitions, int segments) implements Serializable {

  /**
   * A dealing into segments of bounded size.
   *
   * @param partitions with a student each
   * @param examples in all
   * @param bytesOfExample as it is kept
   * @param bytesOfSegment at most, but one example
   */
  static Dealing of(int partitions, long examples, long bytesOfExample, long bytesOfSegment) {
    long ofPartition = ceil(examples, partitions);
    long ofSegment = Math.max(1, bytesOfSegment / bytesOfExample);
    return new Dealing(partitions, Math.toIntExact(Math.max(1, ceil(ofPartition, ofSegment))));
  }

  /** All segments of all partitions. */
  int blocks() {
    return Math.multiplyExact(partitions, segments);
  }

  /** Which of all segments an example belongs to; the first of each partition come first. */
  int block(long number) {
    return block((int) (number % partitions), (int) (number / partitions % segments));
  }

  int block(int partition, int segment) {
    return segment * partitions + partition;
  }

  /** The partition that a segment belongs to. */
  int partition(int block) {
    return block % partitions;
  }

  /** Its number in that partition. */
  int segment(int block) {
    return block / partitions;
  }

  /** Examples of a partition. */
  long size(int partition, long examples) {
    return ceil(examples - partition, partitions);
  }

  /** Examples of a segment. */
  int size(int partition, int segment, long examples) {
    return Math.toIntExact(ceil(size(partition, examples) - segment, segments));
  }

  /**
   * Deals out whatever belongs to examples.
   *
   * @param all in any order
   * @param number of the example that each belongs to
   * @return a partition for each block
   */
  public <T> JavaRDD<T> deal(JavaRDD<T> all, Function<T, Long> number) {
    return all.mapToPair(each -> new Tuple2<>(number.call(each), each))
        .partitionBy(new ByNumber(this))
        .values();
  }

  private static final class ByNumber extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final Dealing dealing;

    ByNumber(Dealing dealing) {
      this.dealing = dealing;
    }

    @Override
    public int numPartitions() {
      return dealing.blocks();
    }

    @Override
    public int getPartition(Object key) {
      return dealing.block((Long) key);
    }
  }

  private static long ceil(long a, long b) {
    return a <= 0 ? 0 : (a + b - 1) / b;
  }
}
