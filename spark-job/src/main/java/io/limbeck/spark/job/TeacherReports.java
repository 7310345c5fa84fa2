package io.limbeck.spark.job;

import io.limbeck.core.config.ArchitectureConfig;
import io.limbeck.core.config.SeveralTeachers;
import io.limbeck.core.config.SingleTeacherDistill;
import io.limbeck.core.config.TeacherConfig;
import io.limbeck.spark.report.TeacherReport;
import io.limbeck.spark.storage.Storage;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Says how good the teachers are, before they teach. */
final class TeacherReports {
  private final JavaSparkContext spark;
  private final Storage storage;
  private final PrintStream out;

  TeacherReports(JavaSparkContext spark, Storage storage, PrintStream out) {
    this.spark = spark;
    this.storage = storage;
    this.out = out;
  }

  /** By the teachers' names; one alone has the empty name. */
  Map<String, TeacherReport> of(Prepared prepared, Data data) {
    Map<String, TeacherReport> reports = new LinkedHashMap<>();
    prepared
        .teachers()
        .forEach((name, teacher) -> reports.put(name, report(name, teacher, prepared, data)));
    return reports;
  }

  private TeacherReport report(
      String name, Prepared.Teacher teacher, Prepared prepared, Data data) {
    String label = ("teacher " + name).strip();
    Evaluator evaluator = new Evaluator(spark, prepared.config().data().numClasses());
    TeacherReport report =
        new TeacherReport(
            teacher.network().numParams(),
            storage.status(file(prepared, name), "algorithm." + label).getLen(),
            evaluator.split(
                teacher.logits(), data.validation(), "evaluate " + label + " on validation"),
            evaluator.split(teacher.logits(), data.test(), "evaluate " + label + " on test"));
    if (report.test() != null) {
      out.printf("%s: test accuracy %.2f %%%n", label, 100 * report.test().accuracy());
    }
    return report;
  }

  private static String file(Prepared prepared, String teacher) {
    if (prepared.config().algorithm() instanceof SeveralTeachers several) {
      TeacherConfig config = several.teachers().get(teacher);
      return file(config.architecture(), config.teacherCkpt());
    }
    SingleTeacherDistill single = (SingleTeacherDistill) prepared.config().algorithm();
    return file(single.teacher(), single.teacherCkpt());
  }

  private static String file(ArchitectureConfig architecture, String checkpoint) {
    return checkpoint != null ? checkpoint : ((ArchitectureConfig.ModelFile) architecture).path();
  }
}
