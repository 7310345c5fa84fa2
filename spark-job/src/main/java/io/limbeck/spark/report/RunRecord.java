package io.limbeck.spark.report;

import java.util.List;
import java.util.Map;

/**
 * One training: one seed, with or without a teacher.
 *
 * @param seed of the run
 * @param epochs in order
 * @param bestEpoch from 1: the first with the highest validation accuracy, or the last where there
 *     is no validation part
 * @param best the best epoch's model
 * @param last the last epoch's model
 * @param others the other networks that learnt beside it, by name; null without any
 * @param disagreement of the best epoch's model with its teacher on the test part, the best of
 *     several; null where there is no teacher, no test part or where pixels have labels
 * @param seconds of training, without evaluation
 * @param examplesPerSecond over the whole training, without evaluation
 */
public record RunRecord(
    long seed,
    List<EpochRecord> epochs,
    int bestEpoch,
    Evaluated best,
    Evaluated last,
    Map<String, Other> others,
    Disagreement disagreement,
    double seconds,
    double examplesPerSecond) {

  /**
   * A model's scores. The validation part serves to choose an epoch, so only the test part is a
   * result.
   *
   * @param validation null without validation examples
   * @param test null without test examples
   */
  public record Evaluated(Split validation, Split test) {}

  /**
   * A network that learnt beside the one that the run is about.
   *
   * @param best in that one's best epoch
   * @param last in the last epoch
   */
  public record Other(Evaluated best, Evaluated last) {}
}
