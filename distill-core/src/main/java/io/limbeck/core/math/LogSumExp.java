package io.limbeck.core.math;

/** The logarithm of the sum of exponentials: what softmax divides by, as a logarithm. */
public final class LogSumExp {
  private LogSumExp() {}

  /**
   * Of some logits. The largest one is subtracted first, so that they may lie hundreds apart.
   *
   * @param logits on the heap
   * @param from the first of them
   * @param to behind the last one
   */
  public static double of(float[] logits, int from, int to) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, logits[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(logits[i] - largest);
    }
    return largest + Math.log(sum);
  }
}
