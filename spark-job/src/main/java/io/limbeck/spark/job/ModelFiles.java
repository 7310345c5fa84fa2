package io.limbeck.spark.job;

import io.limbeck.spark.storage.Storage;

/**
 * The models of an experiment's runs, as DL4J files in its output folder: of the best epoch so far,
 * and of the last one. They are there while a run goes on, whatever becomes of it.
 *
 * @param storage where the folder is
 * @param dir the output folder
 */
record ModelFiles(Storage storage, String dir) {

  /** Writes the model of a run's best epoch. */
  void best(Mode mode, long seed, byte[] model) {
    write(mode, seed, "best", model);
  }

  /** Writes the model of a run's last epoch. */
  void last(Mode mode, long seed, byte[] model) {
    write(mode, seed, "last", model);
  }

  private void write(Mode mode, long seed, String which, byte[] model) {
    storage.write(
        "%s/models/%s-seed-%d-%s.zip".formatted(dir, mode.fileName(), seed, which), model);
  }
}
