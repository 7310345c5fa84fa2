package io.limbeck.spark.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whole folders through Hadoop: written so that they are there or not, listed, deleted. */
public final class Folders {
  private final Configuration configuration;

  /**
   * Folders where files are.
   *
   * @param storage of the files
   */
  public Folders(Storage storage) {
    this.configuration = storage.configuration();
  }

  /**
   * Writes a folder of files: beside its place first, then renamed, so that it is there whole or
   * not at all. What was there is replaced.
   *
   * @param path the folder
   * @param files contents by name, in the order in which they are written
   */
  public void write(String path, Map<String, byte[]> files) {
    try {
      Path target = new Path(path);
      Path beside = new Path(target.getParent(), "." + target.getName() + ".tmp");
      FileSystem system = target.getFileSystem(configuration);
      system.delete(beside, true);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        try (OutputStream out = NewFile.create(system, new Path(beside, file.getKey()))) {
          out.write(file.getValue());
        }
      }
      system.delete(target, true);
      if (!system.rename(beside, target)) {
        throw new IOException("Cannot rename " + beside + " to " + target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The names of the folders in a folder, but hidden ones.
   *
   * @param path the folder
   * @return sorted; none where there is no such folder
   */
  public List<String> names(String path) {
    try {
      Path folder = new Path(path);
      FileSystem system = folder.getFileSystem(configuration);
      if (!system.exists(folder)) {
        return List.of();
      }
      return Arrays.stream(system.listStatus(folder))
          .filter(FileStatus::isDirectory)
          .map(each -> each.getPath().getName())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deletes hidden folders in a folder that are so old that whoever was writing them has died.
   *
   * @param path the folder
   * @param age at which they are
   */
  public void deleteAbandoned(String path, Duration age) {
    try {
      Path folder = new Path(path);
      FileSystem system = folder.getFileSystem(configuration);
      if (system.exists(folder)) {
        for (FileStatus each : system.listStatus(folder)) {
          boolean old = System.currentTimeMillis() - each.getModificationTime() > age.toMillis();
          if (each.isDirectory() && each.getPath().getName().startsWith(".") && old) {
            system.delete(each.getPath(), true);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Renames a file or folder.
   *
   * @param from what
   * @param to where there is nothing yet
   * @return whether it could be
   */
  public boolean rename(String from, String to) {
    try {
      Path source = new Path(from);
      return source.getFileSystem(configuration).rename(source, new Path(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Bytes of all files in a folder.
   *
   * @param path the folder
   * @return 0 where there is none
   */
  public long bytes(String path) {
    try {
      Path folder = new Path(path);
      FileSystem system = folder.getFileSystem(configuration);
      return system.exists(folder) ? system.getContentSummary(folder).getLength() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deletes a file, or a folder with all that is in it; nothing where there is none.
   *
   * @param path the file or folder
   */
  public void delete(String path) {
    try {
      Path target = new Path(path);
      target.getFileSystem(configuration).delete(target, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
