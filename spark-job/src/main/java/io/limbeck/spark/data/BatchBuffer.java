package io.limbeck.spark.data;

import io.limbeck.dl4j.engine.HeapCopy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A mini-batch that examples are written into, one after the other. */
final class BatchBuffer {
  /** Copied when the mini-batch is whole, so each thread's next one may use it again. */
  private static final ThreadLocal<float[]> FEATURES = ThreadLocal.withInitial(() -> new float[0]);

  private final Preprocessing preprocessing;
  private final float[] features;
  private final float[] oneHot;
  private final int[] sampleIdx;
  private final Map<String, float[]> teacher = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private int filled;

  BatchBuffer(Preprocessing preprocessing, int size) {
    this.preprocessing = preprocessing;
    this.features = room(size * preprocessing.length());
    this.oneHot = new float[size * preprocessing.classes()];
    this.sampleIdx = new int[size];
  }

  private static float[] room(int length) {
    if (FEATURES.get().length < length) {
      FEATURES.set(new float[length]);
    }
    return FEATURES.get();
  }

  /** The array that the next example's values go to. */
  float[] features() {
    return features;
  }

  /** Where in that array. */
  int offset() {
    return filled * preprocessing.length();
  }

  /** The next example's values are written. */
  void added(int label, long id) {
    oneHot[filled * preprocessing.classes() + label] = 1;
    sampleIdx[filled] = Math.toIntExact(id);
    filled++;
  }

  /** The same of the teacher's outputs for the example just added. */
  void teacher(TeacherOutputs outputs, int example) {
    outputs
        .byVertex()
        .forEach(
            (vertex, output) -> {
              float[] values =
                  teacher.computeIfAbsent(
                      vertex, any -> new float[sampleIdx.length * output.length()]);
              output.copy(example, values, (filled - 1) * output.length());
              shapes.put(vertex, output.shape());
            });
  }

  Batch batch() {
    Map<String, INDArray> outputs = new LinkedHashMap<>();
    teacher.forEach((vertex, values) -> outputs.put(vertex, array(values, shapes.get(vertex))));
    return new Batch(
        array(features, preprocessing.shape()),
        array(oneHot, preprocessing.classes()),
        sampleIdx,
        outputs.isEmpty() ? null : outputs);
  }

  private INDArray array(float[] values, int... shape) {
    return array(values, Arrays.stream(shape).asLongStream().toArray());
  }

  private INDArray array(float[] values, long[] shape) {
    long[] full = new long[shape.length + 1];
    full[0] = sampleIdx.length;
    System.arraycopy(shape, 0, full, 1, shape.length);
    return HeapCopy.array(values, full);
  }
}
