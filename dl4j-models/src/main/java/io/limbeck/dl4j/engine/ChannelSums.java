package io.limbeck.dl4j.engine;

/**
 * Sums over the elements of each channel: a plane in single precision with four partial sums,
 * planes in double.
 */
final class ChannelSums {
  private ChannelSums() {}

  static void meanAndVariance(float[] values, Planes planes, float[] mean, float[] variance) {
    double[] sums = new double[planes.channels()];
    for (int plane = 0; plane < planes.count(); plane++) {
      sums[plane % planes.channels()] += sum(values, plane * planes.size(), planes.size());
    }
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (sums[c] / planes.elementsOfChannel());
      sums[c] = 0;
    }
    for (int plane = 0; plane < planes.count(); plane++) {
      int channel = plane % planes.channels();
      sums[channel] += squares(values, plane * planes.size(), planes.size(), mean[channel]);
    }
    for (int c = 0; c < mean.length; c++) {
      variance[c] = (float) (sums[c] / planes.elementsOfChannel());
    }
  }

  /** The sums of the gradient, and of its product with the centred input. */
  static void ofGradient(
      float[] input, float[] delta, Planes planes, float[] mean, double[] sum, double[] product) {
    for (int plane = 0; plane < planes.count(); plane++) {
      int channel = plane % planes.channels();
      int from = plane * planes.size();
      sum[channel] += sum(delta, from, planes.size());
      product[channel] += products(input, delta, from, planes.size(), mean[channel]);
    }
  }

  private static float sum(float[] values, int from, int size) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = from;
    for (int end = from + size - 3; i < end; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    for (int end = from + size; i < end; i++) {
      a += values[i];
    }
    return a + b + (c + d);
  }

  private static float squares(float[] values, int from, int size, float mean) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = from;
    for (int end = from + size - 3; i < end; i += 4) {
      float p = values[i] - mean;
      float q = values[i + 1] - mean;
      float r = values[i + 2] - mean;
      float s = values[i + 3] - mean;
      a += p * p;
      b += q * q;
      c += r * r;
      d += s * s;
    }
    for (int end = from + size; i < end; i++) {
      a += (values[i] - mean) * (values[i] - mean);
    }
    return a + b + (c + d);
  }

  private static float products(float[] input, float[] delta, int from, int size, float mean) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = from;
    for (int end = from + size - 3; i < end; i += 4) {
      a += (input[i] - mean) * delta[i];
      b += (input[i + 1] - mean) * delta[i + 1];
      c += (input[i + 2] - mean) * delta[i + 2];
      d += (input[i + 3] - mean) * delta[i + 3];
    }
    for (int end = from + size; i < end; i++) {
      a += (input[i] - mean) * delta[i];
    }
    return a + b + (c + d);
  }
}
