package io.limbeck.spark.monitor;

import io.limbeck.spark.monitor.DistillationEvent.RunStarted;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.status.ElementTrackingStore;
import scala.runtime.AbstractFunction0;
import scala.runtime.BoxedUnit;

/**
 * Keeps what happens in trainings where Spark's UI keeps what it shows, live and in the history
 * server alike. The oldest trainings of an application that has very many are let go.
 */
public final class HistoryListener extends SparkListener {
  static final int RUNS_KEPT = 100;

  private final ElementTrackingStore store;
  private final boolean live;
  private final Map<Integer, RunHistory> runs = new LinkedHashMap<>();

  /**
   * A listener.
   *
   * @param store of the UI
   * @param live whether somebody may look before the end; else it is written once, at the end
   */
  public HistoryListener(ElementTrackingStore store, boolean live) {
    this.store = store;
    this.live = live;
    store.onFlush(
        new AbstractFunction0<>() {
          @Override
          public BoxedUnit apply() {
            runs.values().forEach(run -> store.write(run.view()));
            return BoxedUnit.UNIT;
          }
        });
  }

  @Override
  public void onOtherEvent(SparkListenerEvent event) {
    if (!(event instanceof DistillationEvent ours)) {
      return;
    }
    if (ours instanceof RunStarted start) {
      runs.put(start.run(), new RunHistory(start));
      letGo();
    }
    RunHistory run = runs.get(ours.run());
    if (run == null) {
      return;
    }
    run.add(ours);
    if (live) {
      store.write(run.view());
    }
  }

  private void letGo() {
    Iterator<Integer> oldest = runs.keySet().iterator();
    while (runs.size() > RUNS_KEPT) {
      int run = oldest.next();
      oldest.remove();
      if (live) {
        store.delete(RunView.class, run);
      }
    }
  }
}
