package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.plugin.Monitoring;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.SummaryTable;
import io.limbeck.spark.source.Part;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Runs a config, whatever algorithm it names, and says what it came to. */
public final class Experiment {
  private final Job job;
  private Duration startUp = Duration.ZERO;

  /**
   * An experiment runner.
   *
   * @param spark the session
   * @param console where progress and the table go
   */
  public Experiment(SparkSession spark, Console console) {
    this(spark, console, false, () -> false);
  }

  /**
   * An experiment runner that may go on where an earlier one was, and may be stopped.
   *
   * @param spark the session
   * @param console where progress and the table go
   * @param resumes whether to go on from the checkpoints in the output folder, if there are any
   * @param stop asked after every round whether to keep a checkpoint and stop
   */
  public Experiment(SparkSession spark, Console console, boolean resumes, BooleanSupplier stop) {
    this.job = new Job(spark, console, resumes, stop);
  }

  /**
   * Says what went before, for the report.
   *
   * @param time that Java and Spark took to start
   * @return this
   */
  public Experiment after(Duration time) {
    this.startUp = time;
    return this;
  }

  /**
   * Runs a config to its end.
   *
   * @param config what is wanted
   * @return what it came to, as it was written to the output folder
   * @throws io.limbeck.core.error.UserException for a mistake of the user's
   * @throws StoppedException when it was asked to stop; it can be resumed then
   */
  public Report run(ExperimentConfig config) {
    return run(config, Map.of());
  }

  /**
   * Runs a config whose data, or parts of them, a program hands over.
   *
   * @param config what is wanted
   * @param frames the rows of those parts whose format is {@code data_frame}
   * @return what it came to, as it was written to the output folder
   * @throws io.limbeck.core.error.UserException for a mistake of the user's
   * @throws StoppedException when it was asked to stop; it can be resumed then
   */
  public Report run(ExperimentConfig config, Map<Part, Dataset<Row>> frames) {
    Stopwatch watch = new Stopwatch(startUp);
    Monitoring.begin(job.context().sc());
    TeacherReports teachers = new TeacherReports(job);
    try (DataPool pool = new DataPool(job, frames)) {
      SingleExperiment single = new SingleExperiment(job, pool, teachers);
      Report report =
          config.algorithm() instanceof MultiStage
              ? new StagedExperiment(job, single, startUp).run(config)
              : single.run(config, watch);
      tell(report);
      job.console().line("report: " + config.output().dir() + "/report.html");
      return report;
    }
  }

  /** The lines that people came for stand out. */
  private void tell(Report report) {
    Console console = job.console();
    console.line("");
    SummaryTable.of(report)
        .lines()
        .forEach(
            line -> {
              if (SummaryTable.isResult(line)) {
                console.strong(line);
              } else {
                console.line(line);
              }
            });
  }
}
