package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.storage.Storage;
import java.util.Optional;

/** What an experiment that is over has left. */
public final class FinishedExperiment {
  private FinishedExperiment() {}

  /**
   * Its report.
   *
   * @param storage where its output folder is
   * @param config of it
   * @return empty where it is not over
   * @throws io.limbeck.core.error.UserException when the folder is another experiment's
   */
  public static Optional<Report> report(Storage storage, ExperimentConfig config) {
    String dir = config.output().dir();
    String file = dir + "/report.json";
    return storage.exists(file) && new OutputFolder(storage, dir).isContinuedBy(config)
        ? Optional.of(Report.ofJson(storage.read(file, "output.dir"), file))
        : Optional.empty();
  }
}
