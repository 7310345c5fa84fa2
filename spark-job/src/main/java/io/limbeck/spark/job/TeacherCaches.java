package io.limbeck.spark.job;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.spark.cache.CacheKey;
import io.limbeck.spark.cache.TeacherCache;
import io.limbeck.spark.data.ExampleSet;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.worker.FrozenTeachers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/** The teacher's cache of an experiment, if its config wants one. */
final class TeacherCaches {
  private TeacherCaches() {}

  /**
   * Finds or begins a cache.
   *
   * @param spark the session
   * @param prepared the experiment
   * @param train its training examples
   * @param teachers its teacher
   * @throws io.limbeck.core.error.UserException when it would be too large
   */
  static Optional<TeacherCache> of(
      SparkSession spark, Prepared prepared, ExampleSet train, Broadcast<FrozenTeachers> teachers) {
    ExperimentConfig config = prepared.config();
    return Optional.ofNullable(config.teacherCache())
        .map(
            wanted ->
                new TeacherCache(
                    spark,
                    wanted,
                    key(prepared, train),
                    train,
                    teachers,
                    config.schedule().batchSize()));
  }

  private static CacheKey key(Prepared prepared, ExampleSet train) {
    ExperimentConfig config = prepared.config();
    FrozenTeacher taps = prepared.teachers().get("").taps();
    NetworkDescription teacher = prepared.distilling().plan().teacher();
    Map<String, long[]> vertices = new LinkedHashMap<>();
    for (String vertex : taps.outputs()) {
      vertices.put(vertex, teacher.shapeOf(vertex).stream().mapToLong(Long::longValue).toArray());
    }
    DataConfig data = config.data();
    return new CacheKey(
        taps.fingerprint(),
        vertices,
        data.normalize() + " " + data.augment(),
        train.fingerprint(),
        train.size(),
        data.augment().isEmpty() ? 1 : data.views(),
        config.teacherCache().precision());
  }
}
