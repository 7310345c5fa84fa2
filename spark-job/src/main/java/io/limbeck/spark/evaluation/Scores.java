package io.limbeck.spark.evaluation;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Counts from which a classifier's scores follow; they add up over partitions.
 *
 * <p>What is counted are examples or, where each pixel has a label, pixels.
 *
 * @param confusion {@code [label][prediction]}
 * @param crossEntropySum the negative log-probability of the labels, summed over what is counted
 * @param ofPixels whether pixels are counted
 * @param calibration how sure it is
 * @param predictions of every example, where somebody asked for them
 */
public record Scores(
    long[][] confusion,
    double crossEntropySum,
    boolean ofPixels,
    Calibration calibration,
    Predictions predictions)
    implements Serializable {

  /**
   * Nothing counted yet.
   *
   * @param classes of the data
   */
  public static Scores none(int classes) {
    return new Scores(new long[classes][classes], 0, false, Calibration.none(), Predictions.NONE);
  }

  /**
   * Both together.
   *
   * @param other of the same classes
   */
  public Scores plus(Scores other) {
    long[][] sum = new long[confusion.length][confusion.length];
    for (int label = 0; label < sum.length; label++) {
      for (int prediction = 0; prediction < sum.length; prediction++) {
        sum[label][prediction] = confusion[label][prediction] + other.confusion[label][prediction];
      }
    }
    return new Scores(
        sum,
        crossEntropySum + other.crossEntropySum,
        ofPixels || other.ofPixels,
        calibration.plus(other.calibration),
        predictions.plus(other.predictions));
  }

  /** Examples, or pixels, counted. */
  public long examples() {
    long examples = 0;
    for (long[] row : confusion) {
      for (long count : row) {
        examples += count;
      }
    }
    return examples;
  }

  /** Share of examples whose likeliest class is their label, 0 to 1. */
  public double accuracy() {
    long correct = 0;
    for (int label = 0; label < confusion.length; label++) {
      correct += confusion[label][label];
    }
    return correct / (double) examples();
  }

  /** Mean negative log-probability of the labels, in nats. */
  public double crossEntropy() {
    return crossEntropySum / examples();
  }

  /**
   * Of each class the share that label and prediction have in common of what either one has, 0 to
   * 1; NaN for a class that neither has.
   */
  public double[] iouByClass() {
    double[] iou = new double[confusion.length];
    for (int of = 0; of < iou.length; of++) {
      long either = -confusion[of][of];
      for (int other = 0; other < iou.length; other++) {
        either += confusion[of][other] + confusion[other][of];
      }
      iou[of] = either == 0 ? Double.NaN : confusion[of][of] / (double) either;
    }
    return iou;
  }

  /** Mean of {@link #iouByClass} over the classes that there are. */
  public double meanIou() {
    return Arrays.stream(iouByClass())
        .filter(each -> !Double.isNaN(each))
        .average()
        .orElse(Double.NaN);
  }

  /** Accuracy among the examples of each class; NaN for a class without examples. */
  public double[] accuracyByClass() {
    double[] accuracy = new double[confusion.length];
    for (int label = 0; label < accuracy.length; label++) {
      long all = 0;
      for (long count : confusion[label]) {
        all += count;
      }
      accuracy[label] = all == 0 ? Double.NaN : confusion[label][label] / (double) all;
    }
    return accuracy;
  }
}
