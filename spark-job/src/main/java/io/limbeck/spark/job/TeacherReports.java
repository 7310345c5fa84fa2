package io.limbeck.spark.job;

import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.config.SeveralTeachers;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.config.TeacherConfig;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.evaluation.Evaluator;
import io.limbeck.spark.evaluation.Predictions;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.report.TeacherReport;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says how good the teachers are, before they teach. */
final class TeacherReports {
  private final Job job;
  private final Map<List<Object>, Evaluated> known = new HashMap<>();

  TeacherReports(Job job) {
    this.job = job;
  }

  /**
   * A teacher that has been evaluated.
   *
   * @param report how good it is
   * @param predictions on the test part; of no example where there is none
   */
  record Evaluated(TeacherReport report, Predictions predictions) {}

  /** By the teachers' names; one alone has the empty name. */
  Map<String, Evaluated> of(Prepared prepared, Data data) {
    Map<String, Evaluated> reports = new LinkedHashMap<>();
    prepared
        .teachers()
        .forEach(
            (name, teacher) ->
                reports.put(
                    name,
                    known.computeIfAbsent(
                        // Stages often have the same one.
                        List.of(name, fingerprint(teacher), prepared.config().data()),
                        unknown -> report(name, teacher, prepared, data))));
    return reports;
  }

  private Evaluated report(String name, Prepared.Teacher teacher, Prepared prepared, Data data) {
    String label = ("teacher " + name).strip();
    Evaluator evaluator = new Evaluator(job.context(), prepared.config().data().numClasses());
    Scores test = scores(evaluator, teacher, data.test(), "evaluate " + label + " on test");
    TeacherReport report =
        new TeacherReport(
            teacher.network().parameters(),
            job.storage()
                .status(
                    file((Distillation) prepared.config().algorithm(), name), "algorithm." + label)
                .getLen(),
            Split.of(
                scores(
                    evaluator, teacher, data.validation(), "evaluate " + label + " on validation")),
            Split.withCalibration(test));
    if (teacher.classifier() == null) {
      job.console().line(label + ": no class scores, so it is not evaluated");
    }
    if (report.test() != null) {
      job.console()
          .line(
              "%s: test %s %.2f %%"
                  .formatted(label, report.test().measure(), 100 * report.test().score()));
    }
    return new Evaluated(report, test == null ? Predictions.NONE : test.predictions());
  }

  private static String fingerprint(Prepared.Teacher teacher) {
    return (teacher.classifier() == null ? teacher.taps() : teacher.classifier()).fingerprint();
  }

  private static Scores scores(
      Evaluator evaluator,
      Prepared.Teacher teacher,
      Optional<ExampleSet> examples,
      String description) {
    return teacher.classifier() == null
        ? null
        : evaluator.detailed(teacher.classifier(), examples, description);
  }

  /** The file of a teacher's weights. */
  static String file(Distillation algorithm, String teacher) {
    if (algorithm instanceof SeveralTeachers several) {
      TeacherConfig config = several.teachers().get(teacher);
      return file(config.architecture(), config.teacherCkpt());
    }
    SingleTeacherDistill single = (SingleTeacherDistill) algorithm;
    return file(single.teacher(), single.teacherCkpt());
  }

  private static String file(ArchitectureConfig architecture, String checkpoint) {
    if (checkpoint != null) {
      return checkpoint;
    }
    return architecture instanceof OnnxFile onnx
        ? onnx.path()
        : ((ArchitectureConfig.ModelFile) architecture).path();
  }
}
