package io.limbeck.spark.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Files that are written anew, with the folders that they lie in. */
final class NewFile {
  private NewFile() {}

  /**
   * Opens a file for writing; what was there is gone.
   *
   * @param files where it is
   * @param path of the file
   */
  static OutputStream create(FileSystem files, Path path) throws IOException {
    if (files instanceof LocalFileSystem local) {
      // Without its native library Hadoop starts a process for each file, to set its permissions,
      // which takes milliseconds; and it puts checksum files beside them, which puzzle people.
      java.nio.file.Path file = local.pathToFile(path).toPath();
      Files.createDirectories(file.getParent());
      return Files.newOutputStream(file);
    }
    return files.create(path, true);
  }
}
