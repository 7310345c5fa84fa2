package io.limbeck.spark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Experiments side by side, as Markdown. The first one is what the others are held against: plain
 * KD, as a rule. Where one has no student alone of its own, the first one's counts, if the students
 * are of one size.
 */
public final class ResultsPage {
  /** Differences of fewer standard errors are called none. */
  private static final double ERRORS = 2;

  private final List<Row> rows = new ArrayList<>();

  /**
   * An experiment.
   *
   * @param label what it is called on the page
   * @param link to its config
   * @param report what it came to
   */
  public record Entry(String label, String link, Report report) {}

  /** One line of the table. */
  private record Row(
      Entry entry, Series distilled, Optional<Series> alone, Optional<Series> reference) {
    Report report() {
      return entry.report();
    }

    Optional<Difference> toAlone() {
      return alone.map(other -> Difference.of(distilled, other));
    }

    Optional<Difference> toReference() {
      return reference.map(other -> Difference.of(distilled, other));
    }
  }

  /**
   * How far two means lie apart.
   *
   * @param points percentage points
   * @param error its standard error, as of independent runs
   */
  private record Difference(double points, double error) {
    static Difference of(Series a, Series b) {
      double variance = a.std() * a.std() / a.runs().size() + b.std() * b.std() / b.runs().size();
      return new Difference(100 * (a.mean() - b.mean()), 100 * Math.sqrt(variance));
    }

    boolean isLoss() {
      return points < -ERRORS * error;
    }

    boolean isGain() {
      return points > ERRORS * error;
    }

    @Override
    public String toString() {
      return format("%+.2f ± %.2f", points, error);
    }
  }

  private ResultsPage(List<Entry> entries) {
    Report first = entries.get(0).report();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Report report = entry.report();
      boolean sameStudent = model(report).parameters() == model(first).parameters();
      Optional<Series> alone =
          Optional.ofNullable(
                  report.studentAlone() == null && sameStudent
                      ? first.studentAlone()
                      : report.studentAlone())
              .map(ResultsPage::test);
      boolean compared = sameStudent && i > 0;
      rows.add(
          new Row(
              entry,
              test(model(report)),
              alone,
              compared ? Optional.of(test(model(first))) : Optional.empty()));
    }
  }

  /**
   * The page.
   *
   * @param entries at least one
   * @param failures of experiments that came to nothing, by label
   * @param command that made it
   */
  public static String of(List<Entry> entries, Map<String, String> failures, String command) {
    return new ResultsPage(entries).page(failures, command);
  }

  private static ModelSeries model(Report report) {
    return Objects.requireNonNullElse(report.distilled(), report.model());
  }

  private static Series test(ModelSeries model) {
    return model.comparedAccuracy();
  }

  private String page(Map<String, String> failures, String command) {
    Row first = rows.get(0);
    StringBuilder page = new StringBuilder();
    line(page, "# Results");
    line(page, "");
    line(page, "Made by");
    line(page, "");
    line(page, "    %s", command);
    line(page, "");
    line(
        page,
        "Test accuracy in percent of the epoch that the validation part chose, mean ± standard deviation of the seeds; beside it that"
            + " of the last");
    line(
        page,
        "epoch. Differences are of means, in percentage points, ± their standard error; what is less than two of those is called no");
    line(
        page,
        "difference. *Gap* is how much of the way from the student alone to its best teacher was made. A student alone that was not asked");
    line(page, "for is *%s*'s, where the student is of the same size.", first.entry().label());
    line(page, "");
    line(
        page,
        "Data: %s examples. %d partitions. %s.",
        first.report().examples(),
        first.report().workers(),
        first.report().engine());
    line(page, "");
    table(page);
    line(page, "");
    line(page, "## Where it does not pay");
    line(page, "");
    verdict(page, "Loses to the student alone", row -> row.toAlone().filter(Difference::isLoss));
    verdict(
        page,
        "No different from the student alone",
        row -> row.toAlone().filter(each -> !each.isLoss() && !each.isGain()));
    verdict(
        page,
        "Loses to " + first.entry().label(),
        row -> row.toReference().filter(Difference::isLoss));
    verdict(
        page,
        "No different from " + first.entry().label(),
        row -> row.toReference().filter(each -> !each.isLoss() && !each.isGain()));
    line(page, "");
    line(page, "## Where it does");
    line(page, "");
    verdict(page, "Better than the student alone", row -> row.toAlone().filter(Difference::isGain));
    verdict(
        page,
        "Better than " + first.entry().label(),
        row -> row.toReference().filter(Difference::isGain));
    others(page);
    if (!failures.isEmpty()) {
      line(page, "");
      line(page, "## What came to nothing");
      line(page, "");
      failures.forEach((label, why) -> line(page, "- %s: %s", label, why));
    }
    return page.toString();
  }

  private void table(StringBuilder page) {
    String reference = rows.get(0).entry().label();
    line(
        page,
        "| | algorithm | seeds | teacher | student | alone | distilled | last epoch | gap | to alone | to %s | examples/s |",
        reference);
    line(page, "|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (Row row : rows) {
      Report report = row.report();
      line(
          page,
          "| [%s](%s) | %s | %d | %s | %,d | %s | %s | %s | %s | %s | %s | %,.0f |",
          row.entry().label(),
          row.entry().link(),
          report.algorithm(),
          report.seeds().size(),
          teachers(report),
          model(report).parameters(),
          row.alone().map(ResultsPage::percent).orElse("-"),
          percent(row.distilled()),
          percent(model(report).testLastEpoch()),
          gap(row).map(each -> format("%.0f %%", 100 * each)).orElse("-"),
          row.toAlone().map(Difference::toString).orElse("-"),
          row.toReference().map(Difference::toString).orElse("-"),
          model(report).examplesPerSecond().mean());
    }
  }

  private static String teachers(Report report) {
    List<String> all = new ArrayList<>();
    teacherReports(report)
        .forEach(
            teacher ->
                teacher
                    .comparedAccuracy()
                    .ifPresent(accuracy -> all.add(format("%.2f", 100 * accuracy))));
    if (report.stages() != null) {
      report
          .stages()
          .forEach(
              (name, stage) -> {
                if (test(stage) != null) {
                  all.add("*" + name + "* " + percent(test(stage)));
                }
              });
    }
    return all.isEmpty() ? "-" : String.join(", ", all);
  }

  private static List<TeacherReport> teacherReports(Report report) {
    if (report.teacher() != null) {
      return List.of(report.teacher());
    }
    return report.teachers() == null ? List.of() : List.copyOf(report.teachers().values());
  }

  private static Optional<Double> gap(Row row) {
    double best =
        teacherReports(row.report()).stream()
            .flatMapToDouble(teacher -> teacher.comparedAccuracy().stream())
            .max()
            .orElse(0);
    return row.alone()
        .filter(alone -> best > alone.mean())
        .map(alone -> (row.distilled().mean() - alone.mean()) / (best - alone.mean()));
  }

  /** A verdict on some rows. */
  private interface Finding {
    Optional<Difference> of(Row row);
  }

  private void verdict(StringBuilder page, String words, Finding finding) {
    List<String> found =
        rows.stream()
            .filter(row -> finding.of(row).isPresent())
            .map(row -> "%s (%s)".formatted(row.entry().label(), finding.of(row).orElseThrow()))
            .toList();
    line(page, "- %s: %s.", words, found.isEmpty() ? "none" : String.join(", ", found));
  }

  private void others(StringBuilder page) {
    Predicate<Row> has = row -> row.report().others() != null;
    if (rows.stream().noneMatch(has)) {
      return;
    }
    line(page, "");
    line(page, "## Networks that learnt beside the student");
    line(page, "");
    line(page, "| | network | parameters | in the student's best epoch | last epoch |");
    line(page, "|---|---|---|---|---|");
    rows.stream()
        .filter(has)
        .forEach(
            row ->
                row.report()
                    .others()
                    .forEach(
                        (name, other) ->
                            line(
                                page,
                                "| %s | %s | %,d | %s | %s |",
                                row.entry().label(),
                                name,
                                other.parameters(),
                                percent(other.test()),
                                percent(other.testLastEpoch()))));
  }

  private static String percent(ModelSeries.SplitSeries part) {
    return part == null ? "-" : percent(part.score());
  }

  private static String percent(Series accuracy) {
    return format("%.2f ± %.2f", 100 * accuracy.mean(), 100 * accuracy.std());
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private static void line(StringBuilder page, String format, Object... arguments) {
    page.append(arguments.length == 0 ? format : format(format, arguments)).append('\n');
  }
}
