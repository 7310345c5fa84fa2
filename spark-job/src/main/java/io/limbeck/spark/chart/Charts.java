package io.limbeck.spark.chart;

/** What a page holds that draws charts; nothing is fetched from anywhere. */
public final class Charts {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot";
  private static final String OURS = "/io/limbeck/spark/chart/charts";

  private Charts() {}

  /** A script that defines {@code charts.draw(element, description)}. */
  public static String script() {
    return Resource.text(UPLOT + ".iife.min.js") + "\n" + Resource.text(OURS + ".js");
  }

  /** Its style sheet. */
  public static String styles() {
    return Resource.text(UPLOT + ".min.css") + "\n" + Resource.text(OURS + ".css");
  }
}
