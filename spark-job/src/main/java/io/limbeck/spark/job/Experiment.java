package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.MultiStage;
import io.limbeck.spark.data.Part;
import io.limbeck.spark.plugin.Monitoring;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.SummaryTable;
import java.io.PrintStream;
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
   * @param out where progress and the table go
   * @param terminal whether {@code out} is a terminal
   */
  public Experiment(SparkSession spark, PrintStream out, boolean terminal) {
    this(spark, out, terminal, false, () -> false);
  }

  /**
   * An experiment runner that may go on where an earlier one was, and may be stopped.
   *
   * @param spark the session
   * @param out where progress and the table go
   * @param terminal whether {@code out} is a terminal
   * @param resumes whether to go on from the checkpoints in the output folder, if there are any
   * @param stop asked after every round whether to keep a checkpoint and stop
   */
  public Experiment(
      SparkSession spark,
      PrintStream out,
      boolean terminal,
      boolean resumes,
      BooleanSupplier stop) {
    this.job = new Job(spark, out, terminal, resumes, stop);
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
      job.out().println();
      job.out().print(SummaryTable.of(report));
      job.out().printf("report: %s/report.html%n", config.output().dir());
      return report;
    }
  }
}
