package io.limbeck.spark.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.util.kvstore.InMemoryStore;
import org.junit.jupiter.api.Test;

class HistoryListenerTest {
  private final InMemoryStore memory = new InMemoryStore();
  private final ElementTrackingStore store = new ElementTrackingStore(memory, new SparkConf());

  @Test
  void live_showsWhatHasHappenedSoFar() throws Exception {
    HistoryListener listener = new HistoryListener(store, true);
    listener.onOtherEvent(Rounds.started(4));
    assertThat(store.read(RunView.class, 4).epochs()).containsExactly(Rounds.epoch(1));
    listener.onOtherEvent(new DistillationEvent.RoundDone(4, 2000, Rounds.round(0, 64, 2)));
    RunView running = store.read(RunView.class, 4);
    assertThat(running.latest()).isEqualTo(Rounds.round(0, 64, 2));
    assertThat(running.bestEpoch()).isNull();
    assertThat(running.updated()).isEqualTo(2000);
    listener.onOtherEvent(new DistillationEvent.EpochDone(4, 3000, Rounds.epoch(2)));
    listener.onOtherEvent(Rounds.done(4));
    RunView done = store.read(RunView.class, 4);
    assertThat(done.epochs()).containsExactly(Rounds.epoch(1), Rounds.epoch(2));
    assertThat(done.bestEpoch()).isEqualTo(1);
    assertThat(done.best().validation()).isEqualTo(Rounds.SPLIT);
    assertThat(done.rounds()).hasSize(1);
    assertThat(done.epochsDone()).isEqualTo(2);
    assertThat(done.epochsBefore()).isEqualTo(1);
    assertThat(done.summary().epochs()).containsExactly(Rounds.epoch(2));
    assertThat(done.summary().rounds()).isNull();
    // A view that somebody holds stays as it is.
    assertThat(running.epochs()).hasSize(1);
  }

  /** The history server would write every round of every application to its disk. */
  @Test
  void replayed_isWrittenOnceAtTheEnd() throws Exception {
    HistoryListener listener = new HistoryListener(store, false);
    listener.onOtherEvent(Rounds.started(1));
    listener.onOtherEvent(new DistillationEvent.RoundDone(1, 2000, Rounds.round(0, 64, 2)));
    assertThat(store.count(RunView.class)).isZero();
    store.close(false);
    assertThat(memory.read(RunView.class, 1).latest()).isEqualTo(Rounds.round(0, 64, 2));
  }

  @Test
  void veryManyTrainings_theOldestAreLetGo() throws Exception {
    HistoryListener listener = new HistoryListener(store, true);
    for (int run = 1; run <= HistoryListener.RUNS_KEPT + 30; run++) {
      listener.onOtherEvent(Rounds.started(run));
    }
    assertThat(store.count(RunView.class)).isEqualTo(HistoryListener.RUNS_KEPT);
    assertThat(store.view(RunView.class).iterator().next().run()).isEqualTo(31);
    // What nobody keeps any more is no reason to fail.
    listener.onOtherEvent(Rounds.done(3));
  }
}
