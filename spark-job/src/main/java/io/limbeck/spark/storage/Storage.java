package io.limbeck.spark.storage;

import io.limbeck.core.error.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Reads and writes files through Hadoop, so that a path may be local, on HDFS or in an object
 * store.
 */
public final class Storage {
  private final Configuration configuration;

  /**
   * Storage under a configuration.
   *
   * @param configuration Hadoop's
   */
  public Storage(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Opens a file.
   *
   * @param path the file
   */
  public InputStream open(String path) throws IOException {
    Path file = new Path(path);
    return file.getFileSystem(configuration).open(file);
  }

  /**
   * Reads a whole file that a config names.
   *
   * @param path the file
   * @param key the config key or argument that names it, for messages
   * @throws UserException when it cannot be read
   */
  public byte[] read(String path, String key) {
    requireFile(path, key);
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable(path, key, e);
    }
  }

  /**
   * Writes a file: beside its place first, then renamed, so that a reader sees the old one or the
   * whole new one.
   *
   * @param path the file; its folder is made
   * @param content all of it
   */
  public void write(String path, byte[] content) {
    try {
      Path target = new Path(path);
      Path beside = new Path(target.getParent(), "." + target.getName() + ".tmp");
      FileSystem files = target.getFileSystem(configuration);
      try (OutputStream out = NewFile.create(files, beside)) {
        out.write(content);
      }
      // A local file is replaced in one go; where that is refused, as on HDFS, by a call of its
      // own.
      if (!files.rename(beside, target)) {
        replace(beside, target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void replace(Path beside, Path target) throws IOException {
    try {
      FileContext.getFileContext(target.toUri(), configuration)
          .rename(beside, target, Options.Rename.OVERWRITE);
    } catch (UnsupportedFileSystemException e) {
      FileSystem files = target.getFileSystem(configuration);
      files.delete(target, false);
      if (!files.rename(beside, target)) {
        throw new IOException("Cannot rename " + beside + " to " + target, e);
      }
    }
  }

  /**
   * Makes sure that results may be written to a folder.
   *
   * @param dir the folder
   * @param overwrite whether what is in it may be replaced
   * @throws UserException when it is not empty or cannot be made
   */
  public void requireEmpty(String dir, boolean overwrite) {
    try {
      Path path = new Path(dir);
      FileSystem files = path.getFileSystem(configuration);
      if (files.exists(path) && !files.getFileStatus(path).isDirectory()) {
        throw new UserException("'output.dir' is \"" + dir + "\", which is a file, not a folder");
      }
      if (!overwrite && files.exists(path) && hasContent(files.listStatus(path))) {
        throw new UserException(
            "'output.dir' is \""
                + dir
                + "\", which is not empty: choose another folder, go on with what is there with --resume, or replace it"
                + " with --set output.overwrite=true");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          "'output.dir' is \"" + dir + "\", which cannot be used: " + e.getMessage(), e);
    }
  }

  /** A lock alone is what a killed job leaves that had written nothing yet. */
  private static boolean hasContent(FileStatus... files) {
    return Arrays.stream(files).anyMatch(file -> !file.getPath().getName().equals(OutputLock.NAME));
  }

  /** Hadoop's configuration. */
  Configuration configuration() {
    return configuration;
  }

  /**
   * Whether a file is there.
   *
   * @param path the file
   */
  public boolean exists(String path) {
    try {
      Path file = new Path(path);
      return file.getFileSystem(configuration).exists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The state of a file or folder that a config names.
   *
   * @param path the file or folder
   * @param key the config key that names it
   * @throws UserException when it does not exist
   */
  public FileStatus status(String path, String key) {
    try {
      Path file = new Path(path);
      return file.getFileSystem(configuration).getFileStatus(file);
    } catch (FileNotFoundException e) {
      throw missing(path, key);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(path, key, e);
    }
  }

  /**
   * Requires a file.
   *
   * @param path the file
   * @param key the config key that names it
   * @throws UserException when it does not exist or is a folder
   */
  public void requireFile(String path, String key) {
    if (status(path, key).isDirectory()) {
      throw new UserException("'%s' is \"%s\", which is a folder, not a file".formatted(key, path));
    }
  }

  /**
   * Requires at least one file.
   *
   * @param glob a path or pattern
   * @param key the config key that names it
   * @throws UserException when nothing matches
   */
  public void requireMatch(String glob, String key) {
    try {
      Path path = new Path(glob);
      FileStatus[] found = path.getFileSystem(configuration).globStatus(path);
      if (found == null || found.length == 0) {
        throw missing(glob, key);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(glob, key, e);
    }
  }

  /**
   * The files that a path stands for: itself, what it matches, or what lies in it. Hidden files are
   * left out.
   *
   * @param glob a file, folder or pattern
   */
  public List<String> dataFiles(String glob) {
    try {
      Path path = new Path(glob);
      FileSystem files = path.getFileSystem(configuration);
      List<String> found = new ArrayList<>();
      for (FileStatus match : files.globStatus(path)) {
        for (FileStatus each :
            match.isDirectory() ? files.listStatus(match.getPath()) : new FileStatus[] {match}) {
          String name = each.getPath().getName();
          if (each.isFile() && !name.startsWith(".") && !name.startsWith("_")) {
            found.add(each.getPath().toString());
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UserException missing(String path, String key) {
    boolean relative = !path.startsWith("/") && !path.contains(":");
    String where = relative ? ", looked for in " + System.getProperty("user.dir") : "";
    return new UserException("'%s' is \"%s\", which does not exist%s".formatted(key, path, where));
  }

  private static UserException unreadable(String path, String key, Exception cause) {
    return new UserException(
        "'%s' is \"%s\", which cannot be read: %s".formatted(key, path, cause.getMessage()), cause);
  }
}
