package io.limbeck.spark.ui;

import io.limbeck.spark.monitor.HistoryListener;
import org.apache.spark.SparkContext;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;
import scala.Option;

/** The tab, with the numbers behind it. */
public final class DistillationTab extends SparkUITab {
  private static final String NAME = "distillation";

  private DistillationTab(SparkUI ui, boolean live) {
    super(ui, NAME);
    attachPage(new DistillationPage(this, live));
  }

  /**
   * Shows the tab in a running application and lets it listen.
   *
   * @param spark the context; one without a UI shows nothing
   */
  public static void show(SparkContext spark) {
    Option<SparkUI> ui = spark.ui();
    if (ui.isEmpty()) {
      return;
    }
    ElementTrackingStore store = (ElementTrackingStore) ui.get().store().store();
    spark.listenerBus().addToStatusQueue(new HistoryListener(store, true));
    attach(ui.get(), true);
    ui.get()
        .attachHandler(
            "/api/v1/applications/%s/%s".formatted(spark.applicationId(), NAME),
            new RunsServlet(new Runs(ui.get().store())),
            "/*");
  }

  /**
   * Adds the tab to a UI.
   *
   * @param ui live, or of the history server
   * @param live whether what is shown may still change
   */
  static void attach(SparkUI ui, boolean live) {
    ui.attachTab(new DistillationTab(ui, live));
    // The page asks for them beside itself, wherever a proxy may have put it.
    ui.attachHandler(
        ui.basePath() + "/" + NAME + "/runs", new RunsServlet(new Runs(ui.store())), "/*");
  }
}
