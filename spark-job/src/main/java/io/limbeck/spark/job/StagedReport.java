package io.limbeck.spark.job;

import io.limbeck.core.config.AlgorithmConfig;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.report.JobTimes;
import io.limbeck.spark.report.ModelSeries;
import io.limbeck.spark.report.OtherSeries;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.report.TeacherReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** What stages came to, as one experiment. */
final class StagedReport {
  private StagedReport() {}

  /**
   * The report of all.
   *
   * @param config of several stages
   * @param stages its stages
   * @param reports of each stage, by seed
   * @param withoutStages of the student alone, by seed; none where nobody asked
   * @param checked the time before the first
   */
  static Report of(
      ExperimentConfig config,
      Stages stages,
      Map<String, List<Report>> reports,
      List<Report> withoutStages,
      JobTimes checked) {
    Map<String, ModelSeries> before = new LinkedHashMap<>();
    reports.forEach(
        (stage, runs) -> {
          if (!stages.isLast(stage)) {
            ModelSeries series = together(runs, StagedReport::trained);
            boolean learns = learns(stages.run(stage, config.seed()).algorithm());
            before.put(stage, learns ? series : series.withoutScores());
          }
        });
    List<Report> last = reports.get(stages.names().get(stages.names().size() - 1));
    Report one = last.get(0);
    Map<String, TeacherReport> teachers = given(config, stages, reports);
    ModelSeries alone = withoutStages.isEmpty() ? null : together(withoutStages, Report::model);
    ModelSeries distilled = together(last, Report::distilled);
    TeacherReport only = teachers.size() == 1 ? teachers.values().iterator().next() : null;
    return new Report(
        config.name(),
        config.algorithm().getClass().getSimpleName(),
        config.seeds(),
        one.engine(),
        one.workers(),
        one.gpus(),
        one.examples(),
        only,
        teachers.size() < 2 ? null : teachers,
        before,
        alone,
        distilled,
        others(one, distilled),
        together(last, Report::model),
        Report.gapRecovered(teachers.values(), alone, distilled),
        Stream.concat(reports.values().stream(), Stream.of(withoutStages))
            .flatMap(List::stream)
            .map(Report::seconds)
            .reduce(checked, JobTimes::plus));
  }

  /** Where only connectors learn, how good the student is says nothing. */
  private static boolean learns(AlgorithmConfig algorithm) {
    return !(algorithm instanceof Distillation distillation) || distillation.studentTrainable();
  }

  /** What an experiment is about. */
  static ModelSeries trained(Report report) {
    return report.distilled() == null ? report.model() : report.distilled();
  }

  /** The runs of all seeds; null where there are none. */
  private static ModelSeries together(List<Report> reports, Function<Report, ModelSeries> which) {
    ModelSeries one = which.apply(reports.get(0));
    if (one == null) {
      return null;
    }
    List<RunRecord> runs =
        reports.stream().flatMap(report -> which.apply(report).runs().stream()).toList();
    return ModelSeries.of(one.parameters(), one.modelBytes(), runs);
  }

  private static Map<String, OtherSeries> others(Report one, ModelSeries distilled) {
    if (one.others() == null) {
      return null;
    }
    Map<String, OtherSeries> others = new LinkedHashMap<>();
    one.others()
        .forEach(
            (name, each) ->
                others.put(
                    name,
                    OtherSeries.of(name, each.parameters(), each.modelBytes(), distilled.runs())));
    return others;
  }

  /**
   * The teachers that were there before: those that a stage trained are in its series. By stage and
   * name where there are several.
   */
  private static Map<String, TeacherReport> given(
      ExperimentConfig config, Stages stages, Map<String, List<Report>> reports) {
    Map<String, TeacherReport> given = new LinkedHashMap<>();
    for (String stage : stages.names()) {
      Report report = reports.get(stage).get(0);
      Map<String, TeacherReport> all = new LinkedHashMap<>();
      if (report.teacher() != null) {
        all.put("", report.teacher());
      } else if (report.teachers() != null) {
        all.putAll(report.teachers());
      }
      String ofStages = config.output().dir() + "/stages/";
      all.forEach(
          (name, teacher) -> {
            boolean made =
                stages.run(stage, config.seed()).algorithm() instanceof Distillation distillation
                    && TeacherReports.file(distillation, name).startsWith(ofStages);
            if (!made && !given.containsValue(teacher)) {
              given.put((stage + " " + name).strip(), teacher);
            }
          });
    }
    withoutThoseEvaluatedElsewhere(given);
    return given;
  }

  /** One that a stage gives a head is the same one in the stage that trains the head. */
  private static void withoutThoseEvaluatedElsewhere(Map<String, TeacherReport> given) {
    List<TeacherReport> evaluated =
        given.values().stream().filter(TeacherReport::hasScores).toList();
    given
        .values()
        .removeIf(
            teacher ->
                !teacher.hasScores()
                    && evaluated.stream()
                        .anyMatch(
                            other ->
                                other.parameters() == teacher.parameters()
                                    && other.modelBytes() == teacher.modelBytes()));
  }
}
