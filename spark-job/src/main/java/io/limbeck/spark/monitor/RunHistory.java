package io.limbeck.spark.monitor;

import io.limbeck.spark.monitor.DistillationEvent.EpochDone;
import io.limbeck.spark.monitor.DistillationEvent.RoundDone;
import io.limbeck.spark.monitor.DistillationEvent.RunDone;
import io.limbeck.spark.monitor.DistillationEvent.RunStarted;
import io.limbeck.spark.round.RoundSummary;

/** What has happened in one training so far. */
final class RunHistory {
  private final RunStarted start;
  private final int epochsBefore;
  private final RoundHistory rounds = new RoundHistory();
  private final EpochHistory epochs = new EpochHistory();
  private RoundSummary latest;
  private RunDone done;
  private long updated;

  RunHistory(RunStarted start) {
    this.start = new RunStarted(start.run(), start.time(), start.training().withoutEarlier());
    this.epochsBefore = start.training().earlier().size();
    this.updated = start.time();
    start.training().earlier().forEach(epochs::add);
  }

  void add(DistillationEvent event) {
    updated = event.time();
    if (event instanceof RoundDone round) {
      latest = round.round();
      rounds.add(latest);
    } else if (event instanceof EpochDone epoch) {
      epochs.add(epoch.epoch());
    } else if (event instanceof RunDone end) {
      done = end;
    }
  }

  RunView view() {
    return new RunView(
        start.run(),
        start.training(),
        start.time(),
        updated,
        latest,
        epochsBefore,
        epochs.count(),
        epochs.epochs(),
        done == null ? null : done.bestEpoch(),
        done == null ? null : done.best(),
        done == null ? null : done.last(),
        rounds.points());
  }
}
