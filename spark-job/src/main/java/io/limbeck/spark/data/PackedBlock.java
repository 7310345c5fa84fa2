package io.limbeck.spark.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The examples of a partition, or of a segment of it: raw values, one after the other, and labels.
 * Nothing is decoded twice and nothing but the mini-batch at hand is converted.
 */
final class PackedBlock implements Block {
  private static final long serialVersionUID = 1L;
  private static final long VIEW = 2;

  private final int partition;
  private final int segment;
  private final Preprocessing preprocessing;
  private final RawValues values;
  private final Labels labels;
  private final long[] ids;
  private final TeacherOutputs teacher;

  PackedBlock(
      int partition,
      int segment,
      Preprocessing preprocessing,
      RawValues values,
      Labels labels,
      long[] ids) {
    this(partition, segment, preprocessing, values, labels, ids, null);
  }

  private PackedBlock(
      int partition,
      int segment,
      Preprocessing preprocessing,
      RawValues values,
      Labels labels,
      long[] ids,
      TeacherOutputs teacher) {
    this.partition = partition;
    this.segment = segment;
    this.preprocessing = preprocessing;
    this.values = values;
    this.labels = labels;
    this.ids = ids;
    this.teacher = teacher;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public int size() {
    return labels.examples();
  }

  @Override
  public int steps(int batchSize) {
    return (size() + batchSize - 1) / batchSize;
  }

  @Override
  public Pass training(long seed, int epoch, int batchSize) {
    int[] order = EpochOrder.within(size(), seed, epoch, partition, segment);
    BatchRoom room = new BatchRoom();
    return step -> {
      int from = step * batchSize;
      int to = Math.min(from + batchSize, order.length);
      BatchBuffer buffer = buffer(to - from, room);
      for (int i = from; i < to; i++) {
        put(order[i], seed, epoch, buffer);
      }
      return buffer.batch();
    };
  }

  @Override
  public Pass inOrder(int batchSize) {
    BatchRoom room = new BatchRoom();
    return step -> {
      int from = step * batchSize;
      int to = Math.min(from + batchSize, size());
      return batch(room, IntStream.range(from, to).toArray());
    };
  }

  @Override
  public Pass view(int view, int batchSize) {
    BatchRoom room = new BatchRoom();
    return step -> {
      int from = step * batchSize;
      int to = Math.min(from + batchSize, size());
      BatchBuffer buffer = buffer(to - from, room);
      for (int i = from; i < to; i++) {
        put(i, 0, view, buffer);
      }
      return buffer.batch();
    };
  }

  @Override
  public Block with(TeacherOutputs outputs) {
    if (!Arrays.equals(ids, outputs.ids())) {
      throw new IllegalArgumentException("The outputs are of other examples");
    }
    return new PackedBlock(partition, segment, preprocessing, values, labels, ids, outputs);
  }

  /**
   * A sum over the examples of a number that depends on each one's number, label and values, but
   * not on its place in a block.
   */
  long checksum() {
    long sum = 0;
    int length = preprocessing.length();
    for (int i = 0; i < labels.examples(); i++) {
      sum += Seeds.derive(values.checksum(i * length, length), ids[i], labels.checksum(i));
    }
    return sum;
  }

  /** Between which numbers the raw values lie. */
  ValueRange range() {
    return values.range();
  }

  /**
   * Some examples, not augmented.
   *
   * @param indices which of the block, in this order
   */
  Batch batch(int... indices) {
    return batch(new BatchRoom(), indices);
  }

  private Batch batch(BatchRoom room, int... indices) {
    BatchBuffer buffer = buffer(indices.length, room);
    for (int index : indices) {
      put(index, null, buffer);
    }
    return buffer.batch();
  }

  /** The class of one example. */
  int label(int index) {
    return ((Labels.OfExamples) labels).classes()[index];
  }

  /** The number of one example in the whole data set. */
  long id(int index) {
    return ids[index];
  }

  /** The numbers of all examples in the whole data set, and their classes. */
  int[][] numbersAndLabels() {
    return new int[][] {
      Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(),
      ((Labels.OfExamples) labels).classes()
    };
  }

  /** A mini-batch of such examples to be. */
  BatchBuffer buffer(int size, BatchRoom room) {
    return new BatchBuffer(preprocessing, size, room);
  }

  /** Writes the view of an example that belongs to an epoch. */
  void put(int example, long seed, int epoch, BatchBuffer buffer) {
    Integer views = preprocessing.views();
    long derived =
        views == null
            ? Seeds.derive(seed, VIEW, epoch, ids[example])
            : Seeds.derive(VIEW, epoch % views, ids[example]);
    put(example, preprocessing.view(new SplittableRandom(derived)), buffer);
    if (teacher != null) {
      buffer.teacher(teacher, example);
    }
  }

  private void put(int example, int[] view, BatchBuffer buffer) {
    int length = preprocessing.length();
    int plane = length / preprocessing.channels();
    for (int at = 0; at < length; at += plane) {
      values.copy(example * length + at, view, plane, buffer, at);
    }
    buffer.added(labels, example, view, ids[example]);
  }
}
