package io.limbeck.spark.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Causes;
import io.limbeck.spark.storage.Folders;
import io.limbeck.spark.storage.Storage;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * The files of one teacher's cached outputs: {@code cache.json}, which tells what they are, and a
 * folder of Parquet files for each view, written beside its place and renamed, so that it is there
 * whole or not at all.
 */
final class CacheFiles {
  private static final String KEY = "teacher_cache.path";
  private static final Duration ABANDONED = Duration.ofDays(1);
  private static final String MANIFEST = "cache.json";

  private final SparkSession spark;
  private final Storage storage;
  private final Folders folders;
  private final String root;
  private final CacheKey key;
  private final OutputRows rows;

  CacheFiles(SparkSession spark, Storage storage, String root, CacheKey key) {
    this.spark = spark;
    this.storage = storage;
    this.folders = new Folders(storage);
    this.root = root;
    this.key = key;
    this.rows = new OutputRows(key.vertices(), key.precision());
  }

  /** The folder of what belongs to this key. */
  String folder() {
    return root + "/" + key.folder();
  }

  private String view(int view) {
    return folder() + "/view=" + view;
  }

  /** Bytes of everything under the cache's path. */
  long bytes() {
    return folders.bytes(root);
  }

  /** Bytes of what belongs to this key. */
  long ownBytes() {
    return folders.bytes(folder());
  }

  /** Folders of other teachers, recorders, preprocessing, data or precision. */
  long others() {
    return folders.names(root).stream().filter(name -> !name.equals(key.folder())).count();
  }

  boolean has(int view) {
    return storage.exists(view(view) + "/_SUCCESS");
  }

  /**
   * Tells people what the folder holds, and lets go of what a job that died was writing.
   *
   * @throws UserException when the folder cannot be written
   */
  void begin() {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("teacher", key.teacher());
    manifest.put("outputs", key.vertices());
    manifest.put("precision", key.precision());
    manifest.put("byte_order", "little-endian, C order");
    manifest.put("preprocessing", key.preprocessing());
    manifest.put("examples", key.count());
    manifest.put("examples_fingerprint", key.examples());
    try {
      byte[] json = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
      folders.deleteAbandoned(folder(), ABANDONED);
      storage.write(folder() + "/" + MANIFEST, json);
    } catch (UncheckedIOException e) {
      throw new UserException(
          "'%s' is \"%s\", which cannot be written: %s".formatted(KEY, root, Causes.firstLine(e)),
          e);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of plain values is always written", e);
    }
  }

  /**
   * Writes a view.
   *
   * @param view from 0
   * @param outputs of all blocks
   */
  void write(int view, JavaRDD<io.limbeck.spark.data.TeacherOutputs> outputs) {
    String beside = folder() + "/.view=" + view + "." + UUID.randomUUID();
    spark
        .createDataFrame(outputs.flatMap(rows::rows), rows.schema())
        .write()
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .parquet(beside);
    if (!has(view)) {
      // A folder that is there without its mark is not whole, and a rename would go into it.
      folders.delete(view(view));
      folders.rename(beside, view(view));
    }
    // Where another job was faster: its files hold the same.
    folders.delete(beside);
  }

  /**
   * Reads a view.
   *
   * @param view from 0
   * @return a row for each example, in any order
   * @throws UserException when it is damaged
   */
  JavaRDD<Row> read(int view) {
    Dataset<Row> table = spark.read().schema(rows.schema()).parquet(view(view));
    long found = count(table, view);
    if (found != key.count()) {
      throw damaged(view, "it has %,d rows for %,d examples".formatted(found, key.count()));
    }
    return table.toJavaRDD();
  }

  private long count(Dataset<Row> table, int view) {
    try {
      return table.count();
    } catch (Exception e) {
      // Scala's methods throw checked exceptions without declaring them.
      throw damaged(view, Causes.firstLine(e));
    }
  }

  private UserException damaged(int view, String how) {
    return new UserException(
        "'%s': %s is damaged: %s. Delete that folder, and it is filled again"
            .formatted(KEY, view(view), how));
  }

  OutputRows rows() {
    return rows;
  }
}
