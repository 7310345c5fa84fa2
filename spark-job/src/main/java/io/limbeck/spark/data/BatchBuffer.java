package io.limbeck.spark.data;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A mini-batch that examples are written into, one after the other. */
final class BatchBuffer {
  private final BatchRoom room;
  private final Preprocessing preprocessing;
  private final float[] oneHot;
  private final int[] sampleIdx;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private int filled;

  BatchBuffer(Preprocessing preprocessing, int size, BatchRoom room) {
    this.room = room;
    this.preprocessing = preprocessing;
    this.oneHot = room.labels().values(size * labelLength(preprocessing));
    Arrays.fill(oneHot, 0);
    this.sampleIdx = new int[size];
  }

  /** The array that the next example's values go to, if they are bytes. */
  byte[] pixels() {
    return room.features().pixels(sampleIdx.length * preprocessing.length());
  }

  /** The array that they go to if they are numbers. */
  float[] numbers() {
    return room.features().numbers(sampleIdx.length * preprocessing.length());
  }

  /** Where in that array. */
  int offset() {
    return filled * preprocessing.length();
  }

  /** The next example's values are written. */
  void added(Labels labels, int example, int[] view, long id) {
    labels.write(
        example, view, oneHot, filled * labelLength(preprocessing), preprocessing.classes());
    sampleIdx[filled] = Math.toIntExact(id);
    filled++;
  }

  /** The same of the teacher's outputs for the example just added. */
  void teacher(TeacherOutputs outputs, int example) {
    outputs
        .byVertex()
        .forEach(
            (vertex, output) -> {
              float[] values = room.teacher(vertex).values(sampleIdx.length * output.length());
              output.copy(example, values, (filled - 1) * output.length());
              shapes.put(vertex, output.shape());
            });
  }

  Batch batch() {
    Map<String, INDArray> outputs = new LinkedHashMap<>();
    shapes.forEach((vertex, shape) -> outputs.put(vertex, room.teacher(vertex).array(full(shape))));
    return new Batch(
        room.features().array(preprocessing, full(wide(preprocessing.shape()))),
        room.labels().array(full(preprocessing.labelShape())),
        sampleIdx,
        outputs.isEmpty() ? null : outputs);
  }

  private static int labelLength(Preprocessing preprocessing) {
    return preprocessing.classes() * preprocessing.labels();
  }

  private static long[] wide(int... shape) {
    return Arrays.stream(shape).asLongStream().toArray();
  }

  /** With the examples before it. */
  private long[] full(long... shape) {
    long[] full = new long[shape.length + 1];
    full[0] = sampleIdx.length;
    System.arraycopy(shape, 0, full, 1, shape.length);
    return full;
  }
}
