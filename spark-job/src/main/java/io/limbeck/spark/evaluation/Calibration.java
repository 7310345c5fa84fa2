package io.limbeck.spark.evaluation;

import java.io.Serializable;

/**
 * How sure a classifier is, and how often it is right then: counts by the probability of the
 * likeliest class, in bins of one width (C. Guo et al., "On Calibration of Modern Neural Networks",
 * arXiv:1706.04599, section 2). They add up over partitions.
 *
 * @param examples of each bin
 * @param confidenceSum probabilities of the likeliest class, summed over the bin's examples
 * @param correct of the bin's examples, how many are of their likeliest class
 */
public record Calibration(long[] examples, double[] confidenceSum, long[] correct)
    implements Serializable {
  /** As many as in the paper's tables. */
  public static final int BINS = 15;

  /** Nothing counted yet. */
  static Calibration none() {
    return new Calibration(new long[BINS], new double[BINS], new long[BINS]);
  }

  /** Counts an example here. */
  void count(double confidence, boolean right) {
    int bin = Math.min(BINS - 1, (int) (confidence * BINS));
    examples[bin]++;
    confidenceSum[bin] += confidence;
    correct[bin] += right ? 1 : 0;
  }

  /** Both together. */
  Calibration plus(Calibration other) {
    Calibration sum = none();
    for (int bin = 0; bin < BINS; bin++) {
      sum.examples[bin] = examples[bin] + other.examples[bin];
      sum.confidenceSum[bin] = confidenceSum[bin] + other.confidenceSum[bin];
      sum.correct[bin] = correct[bin] + other.correct[bin];
    }
    return sum;
  }

  /**
   * The expected calibration error: the mean over examples of how far accuracy and mean confidence
   * of their bin lie apart, 0 to 1 (equation 3 of the paper).
   */
  public double expectedError() {
    double apart = 0;
    long all = 0;
    for (int bin = 0; bin < BINS; bin++) {
      apart += Math.abs(correct[bin] - confidenceSum[bin]);
      all += examples[bin];
    }
    return apart / all;
  }
}
