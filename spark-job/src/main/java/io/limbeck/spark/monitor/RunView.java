package io.limbeck.spark.monitor;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.round.RoundSummary;
import java.util.List;
import org.apache.spark.util.kvstore.KVIndex;

/**
 * A training as it stands, for the Spark UI and its REST interface.
 *
 * @param run number of the training in its application, from 1
 * @param training which
 * @param started milliseconds since 1970
 * @param updated when something last happened, milliseconds since 1970
 * @param latest round; null before the first one
 * @param epochs that are done
 * @param bestEpoch from 1; null before the training is done
 * @param best its model's scores; null before the training is done
 * @param last the last epoch's; null before the training is done
 * @param rounds in bounded room
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunView(
    int run,
    DistillationEvent.Training training,
    long started,
    long updated,
    RoundSummary latest,
    List<EpochRecord> epochs,
    Integer bestEpoch,
    RunRecord.Evaluated best,
    RunRecord.Evaluated last,
    List<RoundPoint> rounds) {

  /** The key under which Spark's store keeps it, which takes no component's annotation. */
  @JsonIgnore
  @KVIndex
  public int key() {
    return run;
  }

  /** The same without its rounds, for a list of several. */
  public RunView withoutRounds() {
    return new RunView(
        run, training, started, updated, latest, epochs, bestEpoch, best, last, null);
  }
}
