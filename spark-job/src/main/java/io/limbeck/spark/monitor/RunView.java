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
 * @param training which; its earlier epochs are among {@code epochs}
 * @param started milliseconds since 1970
 * @param updated when something last happened, milliseconds since 1970
 * @param latest round; null before the first one
 * @param epochsBefore how many of them another application did
 * @param epochsDone how many epochs are done
 * @param epochs that are done, in bounded room; in a list of trainings the last one alone
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
    int epochsBefore,
    int epochsDone,
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

  /** The same without what makes it long, for a list of several. */
  public RunView summary() {
    return new RunView(
        run,
        training,
        started,
        updated,
        latest,
        epochsBefore,
        epochsDone,
        epochs.subList(Math.max(0, epochs.size() - 1), epochs.size()),
        bestEpoch,
        best,
        last,
        null);
  }
}
