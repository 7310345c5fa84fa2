package io.limbeck.spark.job;

import io.limbeck.spark.checkpoint.Checkpoint;
import io.limbeck.spark.checkpoint.CheckpointStore;
import io.limbeck.spark.storage.Storage;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Where the runs of an experiment are kept, whether they go on from there, and when they stop. */
final class Continuation {
  private final Storage storage;
  private final String dir;
  private final int keep;
  private final Map<String, String> identity;
  private final boolean resumes;
  private final BooleanSupplier stop;

  /**
   * The continuation of an experiment.
   *
   * @param storage where checkpoints are
   * @param dir the folder of all runs' checkpoints
   * @param keep checkpoints of a run that stay
   * @param identity what runs depend on beside the config, by name
   * @param resumes whether runs go on from their newest checkpoints
   * @param stop whether somebody wants the training to stop
   */
  Continuation(
      Storage storage,
      String dir,
      int keep,
      Map<String, String> identity,
      boolean resumes,
      BooleanSupplier stop) {
    this.storage = storage;
    this.dir = dir;
    this.keep = keep;
    this.identity = Map.copyOf(identity);
    this.resumes = resumes;
    this.stop = stop;
  }

  /** The checkpoints of one run. */
  CheckpointStore of(String run) {
    return new CheckpointStore(storage, dir + "/" + run, keep, identity);
  }

  /** What a run goes on from; empty for its start. */
  Optional<Checkpoint> latest(CheckpointStore checkpoints) {
    return resumes ? checkpoints.latest() : Optional.empty();
  }

  boolean stopWanted() {
    return stop.getAsBoolean();
  }
}
