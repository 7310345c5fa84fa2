package io.limbeck.spark.ui;

import io.limbeck.spark.chart.Charts;
import io.limbeck.spark.chart.Resource;
import javax.servlet.http.HttpServletRequest;
import org.apache.spark.ui.SparkUITab;
import org.apache.spark.ui.UIUtils;
import org.apache.spark.ui.WebUIPage;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.runtime.AbstractFunction0;
import scala.xml.Node;
import scala.xml.Unparsed;

/**
 * The tab's page: a table of the application's trainings, and charts of one of them. The browser
 * asks for the numbers and writes them as text, so nothing that a config or a network names can
 * become markup.
 */
final class DistillationPage extends WebUIPage {
  private static final String FOLDER = "/io/limbeck/spark/ui/distillation";

  private final SparkUITab tab;
  private final boolean live;

  DistillationPage(SparkUITab tab, boolean live) {
    super("");
    this.tab = tab;
    this.live = live;
  }

  @Override
  public Seq<Node> render(HttpServletRequest request) {
    return UIUtils.headerSparkPage(
        request,
        "Distillation",
        new AbstractFunction0<>() {
          @Override
          public Seq<Node> apply() {
            return nodes(html());
          }
        },
        tab,
        Option.empty(),
        false,
        false);
  }

  private String html() {
    return """
        <style>%s%s</style>
        <div id="distillation" data-runs="runs/" data-live="%s">%s</div>
        <script>%s</script>
        <script>%s</script>
        """
        .formatted(
            Charts.styles(),
            Resource.text(FOLDER + ".css"),
            live,
            Resource.text(FOLDER + ".html"),
            Charts.script(),
            Resource.text(FOLDER + ".js"));
  }

  private static Seq<Node> nodes(String html) {
    return JavaConverters.<Node>asScalaBuffer(java.util.List.of(new Unparsed(html))).toSeq();
  }
}
