package io.limbeck.spark.checkpoint;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint consists of.
 *
 * @param format of the files
 * @param identity what the run depends on beside its config, by name
 * @param files by name
 */
record Manifest(int format, Map<String, String> identity, Map<String, Entry> files) {
  private static final int FORMAT = 2;

  /**
   * A file.
   *
   * @param bytes its size
   * @param sha256 its checksum
   */
  record Entry(long bytes, String sha256) {
    static Entry of(byte[] content) {
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        return new Entry(content.length, HexFormat.of().formatHex(digest));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("Every JVM has SHA-256", e);
      }
    }
  }

  static Manifest of(Map<String, byte[]> files, Map<String, String> identity) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    files.forEach((name, content) -> entries.put(name, Entry.of(content)));
    return new Manifest(FORMAT, identity, entries);
  }

  /**
   * How a file differs from what was written.
   *
   * @param name of the file
   * @param content null where it is not there
   */
  Optional<String> problem(String name, byte[] content) {
    Entry expected = files == null ? null : files.get(name);
    if (format != FORMAT || expected == null) {
      return Optional.of("its manifest does not know " + name + " (format " + format + ")");
    }
    if (content == null) {
      return Optional.of(name + " is missing");
    }
    if (content.length != expected.bytes()) {
      return Optional.of(
          "%s has %d bytes, but %d were written".formatted(name, content.length, expected.bytes()));
    }
    return Entry.of(content).equals(expected)
        ? Optional.empty()
        : Optional.of(name + " has another checksum than what was written");
  }

  /** What differs between the run that wrote this and another one. */
  List<String> differences(Map<String, String> other) {
    List<String> differences = new ArrayList<>();
    other.forEach(
        (name, value) -> {
          String written = identity == null ? null : identity.get(name);
          if (!value.equals(written)) {
            differences.add("%s: %s then, %s now".formatted(name, written, value));
          }
        });
    return differences;
  }
}
