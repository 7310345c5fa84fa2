package io.limbeck.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.limbeck.spark.evaluation.Scores;
import java.util.List;
import java.util.stream.DoubleStream;

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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Split(
    long examples,
    double accuracy,
    double crossEntropy,
    List<Double> accuracyByClass,
    Double meanIou,
    List<Double> iouByClass) {

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
            scores.ofPixels() ? boxed(scores.iouByClass()) : null);
  }

  private static List<Double> boxed(double... values) {
    return DoubleStream.of(values).mapToObj(each -> Double.isNaN(each) ? null : each).toList();
  }
}
