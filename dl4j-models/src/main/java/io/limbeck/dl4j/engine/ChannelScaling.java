package io.limbeck.dl4j.engine;

import io.limbeck.dl4j.onednn.ByteScaling;
import io.limbeck.dl4j.onednn.OneDnn;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes a network's inputs of raw values: {@code value * factor + summand}, each rounded to a
 * float, with a factor and a summand for each channel. For one thread at a time.
 */
public final class ChannelScaling {
  private final float[] factors;
  private final float[] summands;
  private final boolean fast = CpuEngine.status().fast() && OneDnn.isAvailable();
  private ByteScaling scaling;
  private long examples;

  /**
   * A scaling.
   *
   * @param factors of each channel
   * @param summands of each channel
   */
  public ChannelScaling(float[] factors, float[] summands) {
    this.factors = factors.clone();
    this.summands = summands.clone();
  }

  /**
   * Scales unsigned bytes.
   *
   * @param values in C order; there may be more than the array takes
   * @param to {@code [examples, channels, …]} or, of one channel, {@code [examples, …]}; in C order
   */
  public void write(byte[] values, INDArray to) {
    if (fast) {
      scaling(to).run(values, to);
      return;
    }
    float[] numbers = HeapCopy.scratch(0, Math.toIntExact(to.length()));
    for (int i = 0; i < to.length(); i++) {
      numbers[i] = values[i] & 0xff;
    }
    write(numbers, to);
  }

  /** Arrays are of few sizes: full mini-batches, and the last one. */
  private ByteScaling scaling(INDArray to) {
    if (scaling == null || examples != to.size(0)) {
      examples = to.size(0);
      scaling = new ByteScaling(examples, plane(to), factors, summands);
    }
    return scaling;
  }

  /**
   * Scales numbers.
   *
   * @param values in C order, overwritten with what they become; there may be more than the array
   *     takes
   * @param to {@code [examples, channels, …]} or, of one channel, {@code [examples, …]}
   */
  public void write(float[] values, INDArray to) {
    int plane = Math.toIntExact(plane(to));
    for (int from = 0, i = 0; from < to.length(); from += plane, i++) {
      float factor = factors[i % factors.length];
      float summand = summands[i % factors.length];
      for (int at = from; at < from + plane; at++) {
        values[at] = values[at] * factor + summand;
      }
    }
    HeapCopy.to(to, values, 0);
  }

  private long plane(INDArray to) {
    return to.length() / (to.size(0) * factors.length);
  }
}
