package io.limbeck.spark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The table at the end of a job: a row a model. */
public final class SummaryTable {
  private static final List<String> HEADER =
      List.of(
          "",
          "test %s (best epoch)",
          "test %s (last epoch)",
          "validation %s",
          "parameters",
          "model bytes",
          "examples/s");

  private static final List<String> RESULTS = List.of("distilled ", "model ", "gap recovered:");

  private SummaryTable() {}

  /**
   * The table.
   *
   * @param report what to show
   * @return lines, each ended
   */
  public static String of(Report report) {
    List<List<String>> rows = new ArrayList<>();
    String measure = isOfPixels(report) ? "mIoU" : "acc.";
    rows.add(HEADER.stream().map(each -> each.replace("%s", measure)).toList());
    if (report.teacher() != null) {
      rows.add(row("teacher", report.teacher()));
    }
    if (report.teachers() != null) {
      report.teachers().forEach((name, each) -> rows.add(row("teacher " + name, each)));
    }
    if (report.stages() != null) {
      report.stages().forEach((name, each) -> add(rows, "stage " + name, each));
    }
    add(rows, "student alone", report.studentAlone());
    add(rows, "distilled", report.distilled());
    if (report.others() != null) {
      report.others().forEach((name, each) -> rows.add(row(name, each)));
    }
    add(rows, "model", report.model());
    return layOut(rows) + footer(report);
  }

  /**
   * Whether a line of the table has what an experiment is about.
   *
   * @param line of the table
   */
  public static boolean isResult(String line) {
    return RESULTS.stream().anyMatch(line::startsWith);
  }

  private static boolean isOfPixels(Report report) {
    return Stream.of(report.model(), report.studentAlone(), report.distilled())
        .filter(Objects::nonNull)
        .flatMap(model -> Stream.of(model.validation(), model.test()))
        .anyMatch(part -> part != null && part.meanIou() != null);
  }

  private static List<String> row(String name, TeacherReport teacher) {
    return List.of(
        name,
        percent(teacher.test()),
        percent(teacher.test()),
        percent(teacher.validation()),
        count(teacher.parameters()),
        count(teacher.modelBytes()),
        "-");
  }

  private static List<String> row(String name, OtherSeries other) {
    return List.of(
        "beside: " + name,
        percent(other.test()),
        percent(other.testLastEpoch()),
        percent(other.validation()),
        count(other.parameters()),
        other.modelBytes() == null ? "-" : count(other.modelBytes()),
        "-");
  }

  private static void add(List<List<String>> rows, String name, ModelSeries model) {
    if (model != null) {
      rows.add(
          List.of(
              name,
              percent(model.test()),
              percent(model.testLastEpoch()),
              percent(model.validation()),
              count(model.parameters()),
              count(model.modelBytes()),
              String.format(Locale.ROOT, "%,.0f", model.examplesPerSecond().mean())));
    }
  }

  private static String footer(Report report) {
    StringBuilder footer = new StringBuilder();
    if (report.gapRecovered() != null) {
      footer.append(
          String.format(
              Locale.ROOT,
              "gap recovered: %.0f %% of the way from the student alone to the %s%n",
              100 * report.gapRecovered(),
              report.teachers() == null ? "teacher" : "best teacher"));
    }
    footer.append(
        report.seeds().size() > 1
            ? String.format(
                Locale.ROOT,
                "mean ± standard deviation of %d runs, seeds %s%n",
                report.seeds().size(),
                report.seeds())
            : String.format(Locale.ROOT, "one run, seed %d%n", report.seeds().get(0)));
    if (report.seconds() != null) {
      footer.append(String.format(Locale.ROOT, "time %s%n", report.seconds()));
    }
    return footer.toString();
  }

  private static String percent(Split split) {
    return split == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * split.score());
  }

  private static String percent(ModelSeries.SplitSeries split) {
    if (split == null) {
      return "-";
    }
    Series accuracy = split.score();
    return accuracy.runs().size() == 1
        ? String.format(Locale.ROOT, "%.2f %%", 100 * accuracy.mean())
        : String.format(Locale.ROOT, "%.2f ± %.2f %%", 100 * accuracy.mean(), 100 * accuracy.std());
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String layOut(List<List<String>> rows) {
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        table.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
      }
      table.append(System.lineSeparator());
    }
    return table.toString();
  }
}
