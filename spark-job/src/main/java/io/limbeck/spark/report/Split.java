package io.limbeck.spark.report;

import io.limbeck.spark.evaluation.Scores;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A model's scores on one part of the data.
 *
 * @param examples counted
 * @param accuracy 0 to 1
 * @param crossEntropy nats
 * @param accuracyByClass 0 to 1, null for a class without examples
 */
public record Split(
    long examples, double accuracy, double crossEntropy, List<Double> accuracyByClass) {

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
            DoubleStream.of(scores.accuracyByClass())
                .mapToObj(each -> Double.isNaN(each) ? null : each)
                .toList());
  }
}
