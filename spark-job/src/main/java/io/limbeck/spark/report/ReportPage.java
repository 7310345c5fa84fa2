package io.limbeck.spark.report;

import io.limbeck.spark.chart.Charts;
import io.limbeck.spark.chart.Resource;
import java.nio.charset.StandardCharsets;

/**
 * A report as a page for browsers, with all that it needs in one file. The browser makes it of the
 * report's JSON, which stands in it, and writes names as text, so none of them can become markup.
 */
public final class ReportPage {
  private static final String FOLDER = "/io/limbeck/spark/report/report";

  private ReportPage() {}

  /**
   * The page.
   *
   * @param report what to show
   * @return HTML
   */
  public static byte[] of(Report report) {
    // JSON may stand in a script element as long as nothing in it looks like markup.
    String json = new String(report.toJson(), StandardCharsets.UTF_8).replace("<", "\\u003c");
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Distillation report</title>
        <style>%s%s</style>
        </head>
        <body>
        <main id="report"><noscript>This page needs JavaScript; report.json beside it has the same numbers.</noscript></main>
        <script type="application/json" id="data">%s</script>
        <script>%s</script>
        <script>%s</script>
        </body>
        </html>
        """
        .formatted(
            Charts.styles(),
            Resource.text(FOLDER + ".css"),
            json,
            Charts.script(),
            Resource.text(FOLDER + ".js"))
        .getBytes(StandardCharsets.UTF_8);
  }
}
