package io.limbeck.spark.cache;

import io.limbeck.core.config.TeacherCacheConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.data.TeacherOutputs;
import io.limbeck.spark.data.TrainingData;
import io.limbeck.spark.device.GpuDemand;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.FrozenTeachers;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * The teacher's outputs for the training examples: those of a view are read from files if they are
 * there, or else computed and written when the first epoch that shows the view begins.
 */
public final class TeacherCache {
  private static final double GIB = 1L << 30;
  private static final double MIB = 1L << 20;

  private final JavaSparkContext context;
  private final ExampleSet examples;
  private final CacheKey key;
  private final CacheFiles files;
  private final Broadcast<FrozenTeachers> teachers;
  private final int batchSize;
  private final Map<Integer, JavaRDD<TeacherOutputs>> outputs = new HashMap<>();
  private final Map<Integer, RoundBlocks> blocks = new HashMap<>();

  /**
   * A cache of one teacher and one set of examples.
   *
   * @param spark the session
   * @param config where it lies
   * @param key what it depends on
   * @param examples the training examples
   * @param teachers of the experiment, one
   * @param batchSize of the training
   * @throws UserException when it would be too large or cannot be written
   */
  public TeacherCache(
      SparkSession spark,
      TeacherCacheConfig config,
      CacheKey key,
      ExampleSet examples,
      Broadcast<FrozenTeachers> teachers,
      int batchSize) {
    this.context = new JavaSparkContext(spark.sparkContext());
    this.examples = examples;
    this.key = key;
    this.teachers = teachers;
    this.batchSize = batchSize;
    this.files =
        new CacheFiles(spark, new Storage(context.hadoopConfiguration()), config.path(), key);
    long missing = key.views() - present();
    if (missing > 0) {
      requireRoom(config, missing);
      files.begin();
    }
  }

  private long present() {
    return IntStream.range(0, key.views()).filter(files::has).count();
  }

  private void requireRoom(TeacherCacheConfig config, long missing) {
    long there = files.bytes();
    double wanted = there + (double) missing * key.bytesOfView();
    if (wanted > config.maxGib() * GIB) {
      throw new UserException(
          String.format(
              Locale.ROOT,
              "'teacher_cache.max_gib' is %s, but the cache in %s would take about %.3f GiB: %.3f are there, %d of"
                  + " %d views of %,d examples are missing with %,d bytes each. Record less of the teacher, keep numbers in half"
                  + " 'teacher_cache.precision', set fewer 'data.views', delete what is not needed there, or raise the bound",
              config.maxGib(),
              config.path(),
              wanted / GIB,
              there / GIB,
              missing,
              key.views(),
              key.count(),
              key.bytesOfView() / key.count()));
    }
  }

  /** What is there already, for people. */
  public String status() {
    long there = present();
    String state =
        there == key.views()
            ? "complete"
            : there == 0 ? "empty, filled in the first pass" : "partial, the rest is filled";
    String others =
        files.others() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; %d beside it belong to other teachers, recorders, preprocessing or data (%.1f MiB in all)",
                files.others(),
                files.bytes() / MIB);
    return String.format(
        Locale.ROOT,
        "%s, %d of %d view%s of %,d examples, %.1f MiB in %s%s",
        state,
        there,
        key.views(),
        key.views() == 1 ? "" : "s",
        key.count(),
        files.ownBytes() / MIB,
        files.folder(),
        others);
  }

  /**
   * The training examples with the teacher's outputs beside them.
   *
   * @param seed of the order
   */
  public TrainingData training(long seed) {
    return examples.training(seed, batchSize, epoch -> blocks(epoch % key.views()));
  }

  private RoundBlocks blocks(int view) {
    return blocks.computeIfAbsent(view, each -> examples.with(outputs(each)));
  }

  private JavaRDD<TeacherOutputs> outputs(int view) {
    return outputs.computeIfAbsent(view, each -> files.has(each) ? read(each) : fill(each));
  }

  private JavaRDD<TeacherOutputs> read(int view) {
    context.setJobDescription("read teacher cache, view %d / %d".formatted(view + 1, key.views()));
    OutputRows rows = files.rows();
    return examples
        .homes()
        .at(
            examples
                .dealing()
                .deal(files.read(view), row -> row.getLong(0))
                .mapPartitions(each -> List.of(rows.outputs(each)).iterator(), true))
        .setName("teacher outputs, view " + view)
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private JavaRDD<TeacherOutputs> fill(int view) {
    context.setJobDescription("fill teacher cache, view %d / %d".formatted(view + 1, key.views()));
    FillTask task =
        new FillTask(
            teachers, List.copyOf(key.vertices().keySet()), view, batchSize, key.precision());
    JavaRDD<TeacherOutputs> filled =
        GpuDemand.of(context.getConf())
            .on(examples.blocks().map(task))
            .setName("teacher outputs, view " + view)
            .persist(StorageLevel.MEMORY_AND_DISK());
    examples.homes().follow(filled);
    files.write(view, filled);
    return filled;
  }

  /** Lets Spark forget what was read. */
  public void release() {
    outputs.values().forEach(each -> each.unpersist(false));
    outputs.clear();
    blocks.clear();
  }
}
