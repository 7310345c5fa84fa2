package io.limbeck.spark.job;

import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.storage.Storage;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The models of an experiment's runs, as DL4J files in its output folder: of the best epoch so far,
 * and of the last one. They are there while a run goes on, whatever becomes of it.
 *
 * @param storage where the folder is
 * @param dir the output folder
 * @param shape of one example
 */
record ModelFiles(Storage storage, String dir, int... shape) {

  /**
   * Writes the model of a run's best epoch.
   *
   * @return the file's bytes
   */
  byte[] best(Mode mode, long seed, ComputationGraph network) {
    return write(mode, seed, "best", network);
  }

  /** Writes the model of a run's last epoch. */
  void last(Mode mode, long seed, ComputationGraph network) {
    write(mode, seed, "last", network);
  }

  private byte[] write(Mode mode, long seed, String which, ComputationGraph network) {
    byte[] zip = ModelFile.write(network, shape);
    storage.write("%s/models/%s-seed-%d-%s.zip".formatted(dir, mode.fileName(), seed, which), zip);
    return zip;
  }
}
