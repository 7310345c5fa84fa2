package io.limbeck.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.limbeck.core.config.OnnxInput;
import java.io.Serializable;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an input of an ONNX network is given of the examples.
 *
 * @param name of the input
 * @param given what
 * @param numbers as which
 */
record Feed(String name, OnnxInput given, Numbers numbers) implements Serializable {

  /** The kinds of numbers that an input may take. */
  enum Numbers {
    FLOAT,
    DOUBLE,
    INT32,
    INT64
  }

  /**
   * The input for some examples.
   *
   * @param environment onnxruntime's
   * @param features of the examples
   */
  OnnxTensor tensor(OrtEnvironment environment, INDArray features) throws OrtException {
    INDArray placed =
        given == OnnxInput.FEATURES_CHANNELS_LAST ? features.permute(0, 2, 3, 1) : features;
    float[] values = values(placed);
    long[] shape = placed.shape();
    return switch (numbers) {
      case FLOAT -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
      case DOUBLE ->
          OnnxTensor.createTensor(environment, DoubleBuffer.wrap(doubles(values)), shape);
      case INT32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap(ints(values)), shape);
      case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap(longs(values)), shape);
    };
  }

  private float[] values(INDArray placed) {
    if (given == OnnxInput.ZEROS) {
      return new float[Math.toIntExact(placed.length())];
    }
    float[] values = placed.dup('c').data().asFloat();
    if (given == OnnxInput.MASK) {
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i] == 0 ? 0 : 1;
      }
    }
    return values;
  }

  private static double[] doubles(float... values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private static int[] ints(float... values) {
    int[] ints = new int[values.length];
    Arrays.setAll(ints, i -> (int) values[i]);
    return ints;
  }

  private static long[] longs(float... values) {
    long[] longs = new long[values.length];
    Arrays.setAll(longs, i -> (long) values[i]);
    return longs;
  }
}
