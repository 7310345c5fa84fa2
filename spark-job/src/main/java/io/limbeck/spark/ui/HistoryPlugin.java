package io.limbeck.spark.ui;

import io.limbeck.spark.monitor.HistoryListener;
import io.limbeck.spark.monitor.RunView;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.status.AppHistoryServerPlugin;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.ui.SparkUI;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Shows the tab in the history server, for applications that trained something. Found by its name
 * in {@code META-INF/services}, on the class path of the history server's daemon.
 */
public final class HistoryPlugin implements AppHistoryServerPlugin {
  @Override
  public Seq<SparkListener> createListeners(SparkConf conf, ElementTrackingStore store) {
    return JavaConverters.<SparkListener>asScalaBuffer(List.of(new HistoryListener(store, false)))
        .toSeq();
  }

  @Override
  public void setupUI(SparkUI ui) {
    try {
      if (ui.store().store().count(RunView.class) > 0) {
        DistillationTab.attach(ui, false);
      }
    } catch (Exception e) {
      throw new IllegalStateException("The history server's store cannot be read", e);
    }
  }

  /** Behind Spark's own tabs. */
  @Override
  public int displayOrder() {
    return 100;
  }
}
