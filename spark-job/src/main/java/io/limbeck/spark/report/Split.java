package io.limbeck.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.limbeck.spark.evaluation.Calibration;
import io.limbeck.spark.evaluation.Scores;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A model's scores on one part of the data.
 *
 * @param examples counted, or pixels, where each has a label
 * @param accuracy 0 to 1
 * @param crossEntropy nats
 * @param accuracyByClass 0 to 1, null for a class without examples
 * @param meanIou of pixels: the mean over classes of intersection over union, 0 to 1; else null
 * @param iouByClass of pixels: 0 to 1, null for a class that neither labels nor predictions have;
 *     else null
 * @param calibrationError the expected calibration error, 0 to 1; null where nobody asks how sure
 *     the model is
 * @param calibration how often it is right, by how sure it is; null where nobody asks
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Split(
    long examples,
    double accuracy,
    double crossEntropy,
    List<Double> accuracyByClass,
    Double meanIou,
    List<Double> iouByClass,
    Double calibrationError,
    List<CalibrationBin> calibration) {

  /**
   * Examples of which the model is about as sure.
   *
   * @param examples how many
   * @param confidence mean probability of the likeliest class
   * @param accuracy share of those that are of that class
   */
  public record CalibrationBin(long examples, double confidence, double accuracy) {}

  /** The name of that by which models are compared. */
  public String measure() {
    return meanIou == null ? "accuracy" : "mean IoU";
  }

  /** What models are compared by: mean IoU where each pixel has a label, else the accuracy. */
  public double score() {
    return meanIou == null ? accuracy : meanIou;
  }

  /**
   * From counts.
   *
   * @param scores null for none
   */
  public static Split of(Scores scores) {
    return scores == null
        ? null
        : new Split(
            scores.examples(),
            scores.accuracy(),
            scores.crossEntropy(),
            boxed(scores.accuracyByClass()),
            scores.ofPixels() ? scores.meanIou() : null,
            scores.ofPixels() ? boxed(scores.iouByClass()) : null,
            null,
            null);
  }

  /**
   * From counts, with how sure the model is.
   *
   * @param scores null for none
   */
  public static Split withCalibration(Scores scores) {
    Split split = of(scores);
    return split == null
        ? null
        : new Split(
            split.examples,
            split.accuracy,
            split.crossEntropy,
            split.accuracyByClass,
            split.meanIou,
            split.iouByClass,
            scores.calibration().expectedError(),
            bins(scores.calibration()));
  }

  private static List<CalibrationBin> bins(Calibration calibration) {
    return IntStream.range(0, Calibration.BINS)
        .filter(bin -> calibration.examples()[bin] > 0)
        .mapToObj(
            bin -> {
              double examples = calibration.examples()[bin];
              return new CalibrationBin(
                  calibration.examples()[bin],
                  calibration.confidenceSum()[bin] / examples,
                  calibration.correct()[bin] / examples);
            })
        .toList();
  }

  private static List<Double> boxed(double... values) {
    return DoubleStream.of(values).mapToObj(each -> Double.isNaN(each) ? null : each).toList();
  }
}
