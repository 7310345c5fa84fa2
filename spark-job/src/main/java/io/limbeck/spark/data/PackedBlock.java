package io.limbeck.spark.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The examples of a partition in two arrays: raw bytes or numbers, one after the other, and labels.
 * Nothing is decoded twice and nothing but the mini-batch at hand is converted.
 */
final class PackedBlock implements Block {
  private static final long serialVersionUID = 1L;
  private static final long SHUFFLE = 1;
  private static final long VIEW = 2;

  private final int partition;
  private final Preprocessing preprocessing;
  private final byte[] pixels;
  private final float[] numbers;
  private final int[] labels;
  private final long[] ids;
  private transient float[][] byteTable;

  PackedBlock(
      int partition,
      Preprocessing preprocessing,
      byte[] pixels,
      float[] numbers,
      int[] labels,
      long[] ids) {
    this.partition = partition;
    this.preprocessing = preprocessing;
    this.pixels = pixels;
    this.numbers = numbers;
    this.labels = labels;
    this.ids = ids;
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int steps(int batchSize) {
    return (size() + batchSize - 1) / batchSize;
  }

  @Override
  public Pass training(long seed, int epoch, int batchSize) {
    int[] order =
        Shuffle.order(size(), new SplittableRandom(Seeds.derive(seed, SHUFFLE, epoch, partition)));
    return step -> batch(order, step, batchSize, seed, epoch, true);
  }

  @Override
  public Pass inOrder(int batchSize) {
    int[] order = Shuffle.identity(size());
    return step -> batch(order, step, batchSize, 0, 0, false);
  }

  /**
   * Some examples, not augmented.
   *
   * @param indices which of the block, in this order
   */
  Batch batch(int... indices) {
    return batch(indices, 0, indices.length, 0, 0, false);
  }

  /** The label of one example. */
  int label(int index) {
    return labels[index];
  }

  /** The number of one example in the whole data set. */
  long id(int index) {
    return ids[index];
  }

  /** The numbers of all examples in the whole data set, and their labels. */
  int[][] numbersAndLabels() {
    return new int[][] {Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(), labels};
  }

  private Batch batch(int[] order, int step, int batchSize, long seed, int epoch, boolean augment) {
    int from = step * batchSize;
    int size = Math.min(batchSize, order.length - from);
    int length = preprocessing.length();
    float[] features = new float[size * length];
    float[] oneHot = new float[size * preprocessing.classes()];
    int[] sampleIdx = new int[size];
    for (int i = 0; i < size; i++) {
      int example = order[from + i];
      sampleIdx[i] = Math.toIntExact(ids[example]);
      int[] view =
          augment
              ? preprocessing.view(
                  new SplittableRandom(Seeds.derive(seed, VIEW, epoch, ids[example])))
              : null;
      copy(example, view, features, i * length);
      oneHot[i * preprocessing.classes() + labels[example]] = 1;
    }
    return new Batch(
        array(features, size, preprocessing.shape()),
        array(oneHot, size, new int[] {preprocessing.classes()}),
        sampleIdx);
  }

  private void copy(int example, int[] view, float[] target, int offset) {
    int length = preprocessing.length();
    int plane = preprocessing.shape().length == 3 ? length / preprocessing.shape()[0] : length;
    float[][] table = table();
    for (int i = 0; i < length; i++) {
      int channel = i / plane;
      int source = view == null ? i % plane : view[i % plane];
      int index = example * length + channel * plane + source;
      if (pixels != null) {
        target[offset + i] = table[channel][source < 0 ? 0 : pixels[index] & 0xff];
      } else {
        target[offset + i] = preprocessing.normalized(source < 0 ? 0 : numbers[index], 1, channel);
      }
    }
  }

  private float[][] table() {
    if (byteTable == null) {
      byteTable = preprocessing.byteTable();
    }
    return byteTable;
  }

  private static INDArray array(float[] values, int size, int[] shape) {
    long[] full = new long[shape.length + 1];
    full[0] = size;
    for (int i = 0; i < shape.length; i++) {
      full[i + 1] = shape[i];
    }
    return Nd4j.createFromArray(values).reshape('c', full);
  }
}
