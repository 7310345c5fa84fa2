package io.limbeck.spark.plugin;

import io.limbeck.spark.metrics.MetricsListener;
import io.limbeck.spark.ui.DistillationTab;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.spark.SparkContext;

/** What shows how trainings go, in an application that may have begun without. */
public final class Monitoring {
  private static final Set<SparkContext> MONITORED = Collections.newSetFromMap(new WeakHashMap<>());

  private Monitoring() {}

  /**
   * Shows the tab and tells the metrics system; only once, however often it is asked for.
   *
   * @param spark the application's context
   */
  public static void begin(SparkContext spark) {
    synchronized (MONITORED) {
      if (MONITORED.add(spark)) {
        DistillationTab.show(spark);
        spark.listenerBus().addToStatusQueue(new MetricsListener(spark.env().metricsSystem()));
      }
    }
  }
}
