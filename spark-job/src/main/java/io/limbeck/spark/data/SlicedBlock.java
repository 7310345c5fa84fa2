package io.limbeck.spark.data;

import java.util.function.IntFunction;

/**
 * What a round takes of a partition whose examples do not all fit into memory: each segment is
 * fetched when the first of its examples is due, and let go when the next one's are. It lives and
 * dies with its task.
 */
final class SlicedBlock implements Block {
  private static final long serialVersionUID = 1L;

  private final int partition;
  private final long size;
  private final Dealing dealing;
  private final long examples;
  private final transient IntFunction<PackedBlock> segments;

  /**
   * A slice.
   *
   * @param partition which partition
   * @param dealing of all examples
   * @param examples in all partitions
   * @param segments fetched by their number
   */
  SlicedBlock(int partition, Dealing dealing, long examples, IntFunction<PackedBlock> segments) {
    this.partition = partition;
    this.dealing = dealing;
    this.examples = examples;
    this.size = dealing.size(partition, examples);
    this.segments = segments;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public int size() {
    return Math.toIntExact(size);
  }

  @Override
  public int steps(int batchSize) {
    return Math.toIntExact((size + batchSize - 1) / batchSize);
  }

  @Override
  public Pass training(long seed, int epoch, int batchSize) {
    EpochOrder order = EpochOrder.of(dealing, examples, partition, seed, epoch);
    return new Pass() {
      private final BatchRoom room = new BatchRoom();
      private int turn = -1;
      private PackedBlock current;
      private int[] within;

      @Override
      public Batch batch(int step) {
        long from = (long) step * batchSize;
        int count = (int) Math.min(batchSize, size - from);
        BatchBuffer buffer = null;
        for (long place = from; place < from + count; place++) {
          PackedBlock segment = segmentAt(place);
          buffer = buffer == null ? segment.buffer(count, room) : buffer;
          segment.put(within[(int) (place - order.start(turn))], seed, epoch, buffer);
        }
        return buffer.batch();
      }

      private PackedBlock segmentAt(long place) {
        int next = order.turn(place);
        if (next != turn) {
          turn = next;
          int number = order.segment(next);
          current = segments.apply(number);
          within = EpochOrder.within(current.size(), seed, epoch, partition, number);
        }
        return current;
      }
    };
  }

  /** Whole passes go from segment to segment instead. */
  @Override
  public Pass inOrder(int batchSize) {
    throw new UnsupportedOperationException("A slice has only the segments of one round");
  }
}
