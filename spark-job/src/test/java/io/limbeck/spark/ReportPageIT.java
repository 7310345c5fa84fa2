package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.limbeck.spark.job.TinyExperiment;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.ReportPage;
import java.awt.Color;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report's page in a browser. */
class ReportPageIT {
  private static final List<Color> COLORS =
      List.of(
          new Color(0x00, 0x72, 0xb2), new Color(0xd5, 0x5e, 0x00), new Color(0x00, 0x9e, 0x73));
  private static final Pattern TITLES =
      Pattern.compile(
          "Validation accuracy|Losses, |Learning rate|Examples per second|Accuracy by class|Calibration: |Examples that only one");
  private static final Pattern LEGENDS =
      Pattern.compile("epoch: |\\bclass: –|probability of the likeliest class: ");

  @TempDir private static Path dir;
  private static HttpServer server;
  private static JsonNode report;
  private static String dom;

  @BeforeAll
  static void job() throws Exception {
    assumeTrue(Chromium.isThere(), "needs Chromium: apt-get install chromium");
    Path out = dir.resolve("out");
    JobProcess.run(
        dir,
        "run",
        new TinyExperiment(dir).file().toString(),
        "--set=output.dir=" + out,
        "--set=name=a name & <b>more</b>",
        "--set=repeats=2");
    report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve("/report.html", Files.readAllBytes(out.resolve("report.html")));
    dom = Chromium.dom(dir, url("/report.html"));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private static void serve(String path, byte[] page) {
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    if (server.getExecutor() == null) {
      server.setExecutor(Runnable::run);
      server.start();
    }
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static String percent(JsonNode part) {
    return String.format(
        Locale.ROOT,
        "%.2f ± %.2f %%",
        100 * part.at("/accuracy/mean").asDouble(),
        100 * part.at("/accuracy/std").asDouble());
  }

  @Test
  void page_tellsTheReport() {
    assertThat(dom).contains("a name &amp; &lt;b&gt;more&lt;/b&gt;").doesNotContain("<b>more");
    for (String model : new String[] {"/student_alone", "/distilled"}) {
      assertThat(dom)
          .contains(
              ">" + percent(report.at(model + "/test")) + "<",
              ">" + percent(report.at(model + "/test_last_epoch")) + "<",
              ">" + percent(report.at(model + "/validation")) + "<");
    }
    assertThat(dom)
        .contains(
            String.format(
                Locale.ROOT, ">%.2f %%<", 100 * report.at("/teacher/test/accuracy").asDouble()));
    JsonNode disagreement = report.at("/distilled/runs/0/disagreement");
    assertThat(disagreement.get("examples").asLong()).isPositive();
    assertThat(dom).contains("only the teacher right", "Calibration", "Accuracy by class");
    // Seven charts, each with its legend.
    assertThat(dom.split("class=\"u-legend", -1)).hasSize(8);
  }

  /** Wide tables scroll in a box of their own, the page itself does not. */
  @Test
  void page_isNoWiderThanAPhone() throws Exception {
    for (int width : new int[] {360, 1200}) {
      String probe =
          """
          <iframe src="/report.html" style="border: 0; width: %dpx; height: 600px"></iframe>
          <pre></pre>
          <script>
            const frame = document.querySelector('iframe');
            frame.onload = () => setTimeout(() => {
              const page = frame.contentDocument.documentElement;
              document.querySelector('pre').textContent = `${page.scrollWidth} of ${page.clientWidth}`;
            }, 500);
          </script>
          """
              .formatted(width);
      serve("/probe" + width, probe.getBytes(StandardCharsets.UTF_8));
      String found = Chromium.dom(dir, url("/probe" + width));
      String widths = found.replaceAll("(?s).*<pre>(.*?)</pre>.*", "$1");
      assertThat(widths).matches("(\\d+) of \\1");
    }
  }

  /** Of the students' and the teacher's lines, as the charts draw them. */
  private static void assertChartsAreDrawn(long atLeast, Picture... pictures) {
    for (Color color : COLORS) {
      assertThat(Stream.of(pictures).mapToLong(each -> each.count(color)).sum())
          .as("pixels of " + color)
          .isGreaterThan(atLeast);
    }
  }

  @Test
  void page_onAPhone_hasAMarginAndCharts() throws Exception {
    String phone =
        """
        <body style="margin: 0; background: white">
        <iframe src="/report.html" style="border: 0; width: 360px; height: 4800px"></iframe>
        """;
    serve("/phone.html", phone.getBytes(StandardCharsets.UTF_8));
    Path png = dir.resolve("phone.png");
    Chromium.screenshot(dir, url("/phone.html"), 500, 4800, png);
    Picture page = Picture.of(png);
    assertThat(page.isBlank(0, 5)).isTrue();
    assertThat(page.isBlank(354, page.width() - 1)).isTrue();
    assertChartsAreDrawn(500, page);
  }

  /** Nothing is cut off at an edge, and no chart goes over two pages. */
  @Test
  void page_onPaper_losesNothing() throws Exception {
    Path pdf = dir.resolve("page.pdf");
    Chromium.print(dir, url("/report.html"), pdf);
    try (PDDocument paper = Loader.loadPDF(pdf.toFile())) {
      assertThat(paper.getNumberOfPages()).isBetween(2, 4);
      List<Picture> pages = new ArrayList<>();
      PDFTextStripper text = new PDFTextStripper();
      for (int page = 0; page < paper.getNumberOfPages(); page++) {
        Picture picture = new Picture(new PDFRenderer(paper).renderImageWithDPI(page, 72));
        pages.add(picture);
        int margin = picture.width() / 30;
        assertThat(picture.isBlank(0, margin)).isTrue();
        assertThat(picture.isBlank(picture.width() - margin, picture.width() - 1)).isTrue();
        text.setStartPage(page + 1);
        text.setEndPage(page + 1);
        String words = text.getText(paper);
        assertThat(found(LEGENDS, words)).as(words).isEqualTo(found(TITLES, words));
      }
      assertChartsAreDrawn(200, pages.toArray(Picture[]::new));
      text.setStartPage(1);
      text.setEndPage(pages.size());
      String all = text.getText(paper).replaceAll("\\s", "");
      assertThat(words()).hasSizeGreaterThan(200).allMatch(all::contains);
      assertThat(found(TITLES, text.getText(paper))).isEqualTo(7);
    }
  }

  /** The words that the page shows. */
  private static List<String> words() {
    String shown =
        dom.replaceAll("(?s)<(script|noscript|style|head).*?</\\1>", " ")
            .replaceAll("<[^>]*>", " ");
    return Stream.of(shown.split("\\s+", -1))
        .map(word -> word.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static long found(Pattern words, String text) {
    return words.matcher(text).results().count();
  }

  /** Of many classes, charts are in another order, which must not cost any of them. */
  @Test
  void manyClasses_haveAllCharts() throws Exception {
    JsonNode many = report.deepCopy();
    for (JsonNode parent : many.findParents("accuracy_by_class")) {
      ArrayNode classes = ((ObjectNode) parent).putArray("accuracy_by_class");
      IntStream.range(0, 100).forEach(i -> classes.add(i % 7 / 7.0));
    }
    serve(
        "/many.html",
        ReportPage.of(Report.ofJson(new ObjectMapper().writeValueAsBytes(many), "report.json")));
    String page = Chromium.dom(dir, url("/many.html"));
    assertThat(page.split("class=\"u-legend", -1)).hasSize(8);
    assertThat(page).contains("<h2>Time: ");
  }

  @Test
  void gpus_areNamedByExecutor() throws Exception {
    ObjectNode withGpus = report.deepCopy();
    withGpus.putObject("gpus").putArray("1").add("0").add("GPU-<b>");
    Report read = Report.ofJson(new ObjectMapper().writeValueAsBytes(withGpus), "report.json");
    serve("/gpus.html", ReportPage.of(read));
    assertThat(Chromium.dom(dir, url("/gpus.html"))).contains("executor 1 on GPU 0, GPU-&lt;b&gt;");
    // The script stands in the page, too, with a dollar after the word.
    assertThat(dom).doesNotContainPattern("executor \\w+ on GPU");
  }
}
