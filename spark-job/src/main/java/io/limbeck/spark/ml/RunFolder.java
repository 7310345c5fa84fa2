package io.limbeck.spark.ml;

import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** The folder of a training: the one that its user names, or one for the time that it takes. */
final class RunFolder implements AutoCloseable {
  private final String dir;
  private final Folders temporary;

  private RunFolder(String dir, Folders temporary) {
    this.dir = dir;
    this.temporary = temporary;
  }

  /**
   * A folder.
   *
   * @param wanted null for one that is deleted afterwards
   * @param storage where it is
   */
  static RunFolder of(String wanted, Storage storage) {
    if (wanted != null) {
      return new RunFolder(wanted, null);
    }
    try {
      return new RunFolder(
          Files.createTempDirectory("limbeck").toUri().toString(), new Folders(storage));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String dir() {
    return dir;
  }

  @Override
  public void close() {
    if (temporary != null) {
      temporary.delete(dir);
    }
  }
}
