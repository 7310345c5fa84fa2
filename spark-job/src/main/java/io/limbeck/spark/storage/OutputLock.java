package io.limbeck.spark.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.error.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Keeps a second job out of an output folder: a file that says whose it is, and whose time is set
 * anew every few seconds while its owner lives. Closing it deletes it; a killed job's lapses.
 */
public final class OutputLock implements AutoCloseable {
  static final String NAME = ".lock";

  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final Duration LAPSE = Duration.ofMinutes(1);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final FileSystem files;
  private final Owner owner;
  private final Timer heartbeat = new Timer("output lock", true);

  /**
   * Whose lock it is.
   *
   * @param host its driver's
   * @param pid of its driver
   * @param application Spark's name for it
   * @param token unlike all others
   */
  record Owner(String host, long pid, String application, String token) {}

  private OutputLock(Path file, FileSystem files, Owner owner) {
    this.file = file;
    this.files = files;
    this.owner = owner;
    heartbeat.schedule(
        new TimerTask() {
          @Override
          public void run() {
            touch();
          }
        },
        HEARTBEAT.toMillis(),
        HEARTBEAT.toMillis());
  }

  /**
   * Takes a folder for this job.
   *
   * @param storage where it is
   * @param dir the folder, which is made
   * @param application Spark's name for this job
   * @throws UserException when another job that lives has it, or it cannot be written
   */
  public static OutputLock take(Storage storage, String dir, String application) {
    try {
      Path file = new Path(dir, NAME);
      FileSystem files = file.getFileSystem(storage.configuration());
      files.setWriteChecksum(false);
      Owner own =
          new Owner(
              InetAddress.getLocalHost().getHostName(),
              ProcessHandle.current().pid(),
              application,
              UUID.randomUUID().toString());
      if (!create(files, file, own)) {
        requireLapsed(files, file, dir, own.host());
        files.delete(file, false);
        create(files, file, own);
      }
      // Not every file system refuses the second of two who create a file at the same moment.
      Owner now = read(files, file);
      if (now == null || !now.token().equals(own.token())) {
        throw taken(dir, now == null ? own : now, "it started at the same moment");
      }
      return new OutputLock(file, files, own);
    } catch (IOException e) {
      throw new UserException(
          "'output.dir' is \"%s\", which cannot be written: %s".formatted(dir, e.getMessage()), e);
    }
  }

  private static boolean create(FileSystem files, Path file, Owner owner) throws IOException {
    try (OutputStream out = files.create(file, false)) {
      out.write(MAPPER.writeValueAsBytes(owner));
      return true;
    } catch (FileAlreadyExistsException | org.apache.hadoop.ipc.RemoteException e) {
      return false;
    }
  }

  /** The file may be gone, or half written, while it is looked at. */
  private static Owner read(FileSystem files, Path file) throws IOException {
    try (var in = files.open(file)) {
      return MAPPER.readValue(in.readAllBytes(), Owner.class);
    } catch (FileNotFoundException | com.fasterxml.jackson.core.JacksonException e) {
      return null;
    }
  }

  private static void requireLapsed(FileSystem files, Path file, String dir, String host)
      throws IOException {
    Owner owner = read(files, file);
    if (owner == null) {
      if (!files.exists(file)) {
        return;
      }
      // Its owner is just writing it, or died at that.
      owner = new Owner("an unknown host", 0, "an unknown application", "");
    }
    boolean dead =
        owner.host().equals(host)
            && ProcessHandle.of(owner.pid()).filter(ProcessHandle::isAlive).isEmpty();
    Duration silent =
        Duration.ofMillis(
            System.currentTimeMillis() - files.getFileStatus(file).getModificationTime());
    if (!dead && silent.compareTo(LAPSE) < 0) {
      throw taken(
          dir,
          owner,
          "its last sign of life is %d s old, and it counts as dead after %d s"
              .formatted(silent.toSeconds(), LAPSE.toSeconds()));
    }
  }

  private static UserException taken(String dir, Owner owner, String since) {
    return new UserException(
        "'output.dir' is \"%s\", to which another job writes: %s, process %d on %s; %s"
            .formatted(dir, owner.application(), owner.pid(), owner.host(), since));
  }

  private void touch() {
    try {
      files.setTimes(file, System.currentTimeMillis(), -1);
    } catch (IOException e) {
      // The next one may succeed; a job does not end for its lock.
      org.slf4j.LoggerFactory.getLogger(OutputLock.class).warn("Cannot renew {}", file, e);
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    heartbeat.cancel();
    try {
      // It may have lapsed, in a long pause of this process, and be another's by now.
      if (owner.equals(read(files, file))) {
        files.delete(file, false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
