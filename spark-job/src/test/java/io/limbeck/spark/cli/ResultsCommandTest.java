package io.limbeck.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsCommandTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private String kd;
  private String other;
  private String diverges;

  @BeforeEach
  void write() {
    TinyExperiment tiny = new TinyExperiment(dir);
    kd = config(tiny, "kd", tiny.json());
    other = config(tiny, "other", tiny.json().replace("\"tau\": 2", "\"tau\": 5"));
    diverges =
        config(
            tiny,
            "diverges",
            tiny.json()
                .replace(
                    "\"batch_size\": 8",
                    "\"batch_size\": 8, \"updater\": { \"type\": \"Sgd\", \"learning_rate\": 1.0e30 }"));
  }

  private String config(TinyExperiment tiny, String name, String json) {
    String own = json.replace(dir + "/out", dir + "/" + name);
    return tiny.write(name + ".json", own.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private int results(String... arguments) {
    PrintStream before = System.out;
    PrintStream errors = System.err;
    PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      String[] all = new String[arguments.length + 3];
      all[0] = "results";
      all[1] = "--page";
      all[2] = dir.resolve("docs/page.md").toString();
      System.arraycopy(arguments, 0, all, 3, arguments.length);
      return Limbeck.execute(all);
    } finally {
      System.setOut(before);
      System.setErr(errors);
    }
  }

  private String page() throws IOException {
    return Files.readString(dir.resolve("docs/page.md"));
  }

  @Test
  void page_comparesWhatWasRun_andTheReportsAreBesideIt() throws IOException {
    assertThat(results(kd, other)).as(printed.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(page()).contains("| [kd](../kd.json) |", "| [other](../other.json) |");
    assertThat(dir.resolve("docs/page/kd.json"))
        .hasSameTextualContentAs(dir.resolve("kd/report.json"));
    assertThat(dir.resolve("docs/page/other.json")).isNotEmptyFile();
  }

  @Test
  void resumed_takesOverWhatIsFinished() throws IOException {
    assertThat(results(kd)).isZero();
    String before = page();
    printed.reset();
    assertThat(results("--resume", kd)).isZero();
    assertThat(page()).isEqualTo(before);
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("epoch");
  }

  @Test
  void whatDiverges_isOnThePage_andTheOthersToo() throws IOException {
    assertThat(results(kd, diverges, other)).isEqualTo(2);
    assertThat(page())
        .contains("| [other](../other.json) |")
        .containsPattern("(?s)## What came to nothing\n\n- diverges: .*diverged");
  }

  @Test
  void whatWouldSpoilThePage_isToldBeforeAnythingRuns() throws IOException {
    Path twin = Files.createDirectories(dir.resolve("more")).resolve("kd.json");
    Files.copy(Path.of(kd), twin);
    assertThat(results(kd, twin.toString())).isEqualTo(2);
    assertThat(results(kd, "--set", "data.test=null", "--set", "data.validation=null"))
        .isEqualTo(2);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(
            "would both be called \"kd\" on the page: give one another file name",
            "has neither 'data.test' nor 'data.validation', so there is nothing to compare")
        .doesNotContain("epoch");
  }

  @Test
  void withoutATestPart_theValidationPartIsCompared() throws IOException {
    assertThat(results(kd, "--set", "data.test=null"))
        .as(printed.toString(StandardCharsets.UTF_8))
        .isZero();
    assertThat(page()).containsPattern("\\| \\[kd\\].* \\| - \\| .*");
  }

  @Test
  void pageOfAnotherKind_isRefused() {
    assertThat(Limbeck.execute("results", "--page", dir.resolve("page.html").toString(), kd))
        .isEqualTo(2);
  }
}
