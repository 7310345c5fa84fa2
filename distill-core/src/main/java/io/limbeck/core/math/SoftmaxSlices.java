package io.limbeck.core.math;

import java.util.Arrays;

/**
 * The softmax of some slices: probabilities and their logarithms from one exponential each. The
 * maximum is subtracted first, so that logits hundreds apart stay finite.
 */
final class SoftmaxSlices {
  private final Slices logits;
  private final double tau;
  private final double[] logs;
  private final double[] probabilities;
  private final double[] largest;
  private final double[] sums;

  SoftmaxSlices(Slices logits, double tau) {
    this.logits = logits;
    this.tau = tau;
    this.logs = logits.room();
    this.probabilities = logits.room();
    this.largest = new double[logits.inner()];
    this.sums = new double[logits.inner()];
  }

  /** Reads slices and takes their softmax. */
  void at(int first) {
    logits.read(first, logs);
    for (int slice = 0; slice < logits.from(first); slice++) {
      softmax(slice * logits.length());
    }
  }

  /** The logarithms of the probabilities, slice by slice. */
  double[] logs() {
    return logs;
  }

  /** The probabilities, slice by slice. */
  double[] probabilities() {
    return probabilities;
  }

  private void softmax(int start) {
    int inner = largest.length;
    int end = start + logits.length();
    System.arraycopy(logs, start, largest, 0, inner);
    for (int row = start + inner; row < end; row += inner) {
      for (int i = 0; i < inner; i++) {
        largest[i] = Math.max(largest[i], logs[row + i]);
      }
    }
    Arrays.fill(sums, 0);
    for (int row = start; row < end; row += inner) {
      for (int i = 0; i < inner; i++) {
        double shifted = (logs[row + i] - largest[i]) / tau;
        double exponential = Math.exp(shifted);
        logs[row + i] = shifted;
        probabilities[row + i] = exponential;
        sums[i] += exponential;
      }
    }
    for (int i = 0; i < inner; i++) {
      largest[i] = Math.log(sums[i]);
    }
    for (int row = start; row < end; row += inner) {
      for (int i = 0; i < inner; i++) {
        logs[row + i] -= largest[i];
        probabilities[row + i] /= sums[i];
      }
    }
  }
}
