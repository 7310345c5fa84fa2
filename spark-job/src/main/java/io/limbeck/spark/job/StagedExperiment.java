package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.report.JobTimes;
import io.limbeck.spark.report.ModelSeries;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.storage.OutputLock;
import io.limbeck.spark.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Runs an experiment of several stages: for each seed all stages in their order, each in a folder
 * of its own, where it is an experiment like any other. So it goes on wherever it was stopped.
 */
final class StagedExperiment {
  private final Job job;
  private final SingleExperiment single;
  private final Duration startUp;
  private final Storage storage;

  /**
   * A runner.
   *
   * @param job in which it runs
   * @param single runs a stage
   * @param startUp what went before
   */
  StagedExperiment(Job job, SingleExperiment single, Duration startUp) {
    this.job = job;
    this.single = single;
    this.startUp = startUp;
    this.storage = job.storage();
  }

  /**
   * Runs a config to its end.
   *
   * @param config of several stages
   * @return what it came to, as it was written to the output folder
   */
  Report run(ExperimentConfig config) {
    String dir = config.output().dir();
    OutputFolder folder = new OutputFolder(storage, dir);
    boolean continues = job.resumes() && folder.isContinuedBy(config);
    if (!continues) {
      storage.requireEmpty(dir, config.output().overwrite());
    }
    Stopwatch checking = new Stopwatch(startUp);
    Stages stages = new Stages(config);
    checking.time(Stopwatch.Part.PREPARATION, () -> stages.check(job.spark()));
    try (OutputLock lock = OutputLock.take(storage, dir, job.context().sc().applicationId())) {
      if (!continues) {
        storage.requireEmpty(dir, config.output().overwrite());
        folder.clear();
        folder.begin(config);
      }
      JobTimes checked = checking.times();
      Map<String, List<Report>> reports = new LinkedHashMap<>();
      List<Report> alone = new ArrayList<>();
      for (long seed : config.seeds()) {
        if (config.studentAlone()) {
          alone.add(run("student alone", stages.studentAlone(seed)));
        }
        for (String stage : stages.names()) {
          reports
              .computeIfAbsent(stage, first -> new ArrayList<>())
              .add(
                  run(
                      "stage %s (%d of %d)"
                          .formatted(
                              stage, stages.names().indexOf(stage) + 1, stages.names().size()),
                      stages.run(stage, seed)));
        }
      }
      Report report = StagedReport.of(config, stages, reports, alone, checked);
      copyResults(config, stages, report);
      new ResultFiles(storage, dir).writeReport(report);
      return report;
    }
  }

  private Report run(String label, ExperimentConfig run) {
    Optional<Report> finished =
        job.resumes() ? FinishedExperiment.report(storage, run) : Optional.empty();
    if (finished.isPresent()) {
      job.console().line("%s, seed %d: done before".formatted(label, run.seed()));
      return finished.get().withoutTimes();
    }
    job.console().line("%s, seed %d".formatted(label, run.seed()));
    return Stages.in(
        label, UnaryOperator.identity(), () -> single.run(run, new Stopwatch(Duration.ZERO)));
  }

  /** What the best seed's last stage has left is what the experiment leaves. */
  private void copyResults(ExperimentConfig config, Stages stages, Report report) {
    ModelSeries result = StagedReport.trained(report);
    long seed =
        result.runs().stream()
            .reduce((a, b) -> SeedRuns.accuracy(b) > SeedRuns.accuracy(a) ? b : a)
            .orElseThrow()
            .seed();
    String last = stages.names().get(stages.names().size() - 1);
    String from = stages.run(last, seed).output().dir();
    for (String name : ResultFiles.names(report.others())) {
      if (storage.exists(from + "/" + name)) {
        storage.write(
            config.output().dir() + "/" + name, storage.read(from + "/" + name, "output.dir"));
      }
    }
  }
}
