package io.limbeck.spark.data;

import java.util.SplittableRandom;

/**
 * The order in which a partition's examples are taken in one epoch: its segments in random order,
 * one after the other, and each shuffled. With one segment that is a random order of all.
 */
final class EpochOrder {
  private static final long SHUFFLE = 1;
  private static final long SEGMENTS = 6;

  private final int[] segments;
  private final long[] starts;

  private EpochOrder(int[] segments, long[] starts) {
    this.segments = segments;
    this.starts = starts;
  }

  static EpochOrder of(Dealing dealing, long examples, int partition, long seed, int epoch) {
    int count = dealing.segments();
    int[] segments =
        count == 1
            ? new int[] {0}
            : Shuffle.order(
                count, new SplittableRandom(Seeds.derive(seed, SEGMENTS, epoch, partition)));
    long[] starts = new long[count + 1];
    for (int i = 0; i < count; i++) {
      starts[i + 1] = starts[i] + dealing.size(partition, segments[i], examples);
    }
    return new EpochOrder(segments, starts);
  }

  /** The order within a segment. */
  static int[] within(int size, long seed, int epoch, int partition, int segment) {
    long derived =
        segment == 0
            ? Seeds.derive(seed, SHUFFLE, epoch, partition)
            : Seeds.derive(seed, SHUFFLE, epoch, partition, segment);
    return Shuffle.order(size, new SplittableRandom(derived));
  }

  /** All examples of the partition. */
  long size() {
    return starts[starts.length - 1];
  }

  /** How many segments come before the one that holds a place. */
  int turn(long place) {
    int turn = 0;
    while (starts[turn + 1] <= place) {
      turn++;
    }
    return turn;
  }

  /** The segment whose turn it is. */
  int segment(int turn) {
    return segments[turn];
  }

  /** The place of a segment's first example. */
  long start(int turn) {
    return starts[turn];
  }
}
