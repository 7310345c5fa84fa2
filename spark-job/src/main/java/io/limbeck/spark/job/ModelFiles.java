package io.limbeck.spark.job;

import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.storage.Storage;
import java.util.Map;

/**
 * The models of an experiment's runs, as DL4J files in its output folder: of the best epoch so far,
 * and of the last one. They are there while a run goes on, whatever becomes of it.
 *
 * @param storage where the folder is
 * @param dir the output folder
 */
record ModelFiles(Storage storage, String dir) {

  /** Writes the models of a run's best epoch, that which it is about first. */
  void best(Mode mode, long seed, Map<String, byte[]> models) {
    write(mode, seed, "best", models);
  }

  /** Writes the models of a run's last epoch, that which it is about first. */
  void last(Mode mode, long seed, Map<String, byte[]> models) {
    write(mode, seed, "last", models);
  }

  private void write(Mode mode, long seed, String which, Map<String, byte[]> models) {
    String first = models.keySet().iterator().next();
    models.forEach(
        (name, model) ->
            storage.write(
                "%s/models/%s%s-seed-%d-%s.zip"
                    .formatted(
                        dir, mode.fileName(), name.equals(first) ? "" : "-" + name, seed, which),
                model));
  }
}
