package io.limbeck.spark.cache;

import io.limbeck.core.config.TeacherCacheConfig.Precision;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * What cached outputs depend on. Whatever differs lies in another folder, so nothing stale is ever
 * read.
 *
 * @param teacher fingerprint of its weights and of what is recorded in it
 * @param vertices that are recorded, with the shape of one example's output
 * @param preprocessing how raw values become the teacher's inputs, augmentation and views among it
 * @param examples fingerprint of the training examples
 * @param count how many they are
 * @param views of each
 * @param precision of what is kept
 */
public record CacheKey(
    String teacher,
    Map<String, long[]> vertices,
    String preprocessing,
    String examples,
    long count,
    int views,
    Precision precision) {
  private static final int SHORT = 8;

  /**
   * The folder's name. The number of views is not part of it: more of them go beside those there.
   */
  String folder() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          new String[] {
            teacher, preprocessing, examples, String.valueOf(count), precision.name()
          }) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, SHORT);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  /** Bytes of one view of all examples, before compression. */
  long bytesOfView() {
    long numbers = 0;
    for (long[] shape : vertices.values()) {
      long length = 1;
      for (long size : shape) {
        length *= size;
      }
      numbers += length;
    }
    return count * (Long.BYTES + numbers * precision.bytes());
  }
}
