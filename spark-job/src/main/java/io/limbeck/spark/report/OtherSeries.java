package io.limbeck.spark.report;

import io.limbeck.spark.report.ModelSeries.SplitSeries;
import java.util.List;

/**
 * A network that learnt beside the student, with several seeds: a peer, the peers' ensemble, a
 * teacher that went on learning.
 *
 * @param parameters of the model
 * @param modelBytes of its file; null where it has none
 * @param validation the student's best epochs on the validation part
 * @param test the student's best epochs on the test part
 * @param testLastEpoch the last epochs on the test part
 */
public record OtherSeries(
    long parameters,
    Long modelBytes,
    SplitSeries validation,
    SplitSeries test,
    SplitSeries testLastEpoch) {

  /**
   * From the runs.
   *
   * @param name of the network
   * @param parameters of the model
   * @param modelBytes of its file; null where it has none
   * @param runs at least one
   */
  public static OtherSeries of(
      String name, long parameters, Long modelBytes, List<RunRecord> runs) {
    return new OtherSeries(
        parameters,
        modelBytes,
        SplitSeries.of(runs, run -> run.others().get(name).best().validation()),
        SplitSeries.of(runs, run -> run.others().get(name).best().test()),
        SplitSeries.of(runs, run -> run.others().get(name).last().test()));
  }
}
