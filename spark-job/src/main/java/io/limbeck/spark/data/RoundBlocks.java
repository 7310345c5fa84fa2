package io.limbeck.spark.data;

import org.apache.spark.api.java.JavaRDD;

/**
 * The blocks of a round, one for each partition with a student.
 *
 * @param kept as executors have them; a partition whose block nobody has any more is empty
 * @param made the same, with all that it takes to make them again
 */
public record RoundBlocks(JavaRDD<Block> kept, JavaRDD<Block> made) {

  /**
   * Blocks that are always made, or have been looked for already.
   *
   * @param blocks one for each partition
   */
  public static RoundBlocks of(JavaRDD<Block> blocks) {
    return new RoundBlocks(blocks, blocks);
  }

  /** Whether some may be kept that need not be made. */
  public boolean areKept() {
    return kept.id() != made.id();
  }

  /** Partitions with a student. */
  public int partitions() {
    return made.getNumPartitions();
  }
}
