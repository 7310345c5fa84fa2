package io.limbeck.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private static String page(String name) {
    Report report =
        new Report(
            name,
            "Supervised",
            List.of(1L),
            "oneDNN",
            2,
            null,
            Map.of("train", 5L),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return new String(ReportPage.of(report), StandardCharsets.UTF_8);
  }

  @Test
  void page_fetchesNothing() {
    String page = page("kd");
    assertThat(page).startsWith("<!DOCTYPE html>").contains("uPlot", "\"name\" : \"kd\"");
    assertThat(page).doesNotContainPattern("(src|href)=[\"']?(https?:)?//");
    assertThat(page).doesNotContain("@import", "fetch(");
  }

  @Test
  void names_cannotEndTheirScript() {
    String page = page("</script><script>alert(1)</script>");
    assertThat(page).doesNotContain("alert(1)</script>").contains("\\u003c/script>");
    assertThat(page.split("</script>", -1)).hasSize(4);
  }
}
