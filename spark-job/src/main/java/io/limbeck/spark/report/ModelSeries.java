package io.limbeck.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;

/**
 * A model trained with several seeds.
 *
 * @param parameters of the model
 * @param modelBytes of its file
 * @param validation the best epochs on the validation part, which chose them; null without one
 * @param test the best epochs on the test part; null without one
 * @param testLastEpoch the last epochs on the test part; null without one
 * @param examplesPerSecond in training
 * @param runs every run
 */
public record ModelSeries(
    long parameters,
    long modelBytes,
    SplitSeries validation,
    SplitSeries test,
    SplitSeries testLastEpoch,
    Series examplesPerSecond,
    List<RunRecord> runs) {

  /**
   * One part of the data over several seeds.
   *
   * @param accuracy 0 to 1
   * @param crossEntropy nats
   * @param meanIou 0 to 1, where each pixel has a label; else null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SplitSeries(Series accuracy, Series crossEntropy, Series meanIou) {
    /** What models are compared by. */
    Series score() {
      return meanIou == null ? accuracy : meanIou;
    }

    static SplitSeries of(List<RunRecord> runs, Function<RunRecord, Split> split) {
      if (split.apply(runs.get(0)) == null) {
        return null;
      }
      return new SplitSeries(
          Series.of(runs.stream().map(run -> split.apply(run).accuracy()).toList()),
          Series.of(runs.stream().map(run -> split.apply(run).crossEntropy()).toList()),
          split.apply(runs.get(0)).meanIou() == null
              ? null
              : Series.of(runs.stream().map(run -> split.apply(run).meanIou()).toList()));
    }
  }

  /**
   * From the runs.
   *
   * @param parameters of the model
   * @param modelBytes of its file
   * @param runs at least one
   */
  public static ModelSeries of(long parameters, long modelBytes, List<RunRecord> runs) {
    return new ModelSeries(
        parameters,
        modelBytes,
        SplitSeries.of(runs, run -> run.best().validation()),
        SplitSeries.of(runs, run -> run.best().test()),
        SplitSeries.of(runs, run -> run.last().test()),
        Series.of(runs.stream().map(RunRecord::examplesPerSecond).toList()),
        List.copyOf(runs));
  }

  /** The same of networks of which nobody wants to know how good they are. */
  public ModelSeries withoutScores() {
    return new ModelSeries(parameters, modelBytes, null, null, null, examplesPerSecond, runs);
  }

  /** What results are compared by: the test part, or without one the validation part. */
  Series comparedAccuracy() {
    return test != null ? test.score() : validation == null ? null : validation.score();
  }
}
