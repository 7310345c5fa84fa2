package io.limbeck.spark.job;

import io.limbeck.spark.cache.TeacherCache;
import io.limbeck.spark.evaluation.Predictions;
import io.limbeck.spark.report.Disagreement;
import io.limbeck.spark.worker.FrozenTeachers;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;

/**
 * What an experiment's teachers are there for.
 *
 * @param teachers on their way to the executors; null without any
 * @param cache of what they put out
 * @param best the name of the one that students are held against; empty for the only one
 * @param predictions of that one, on the test part
 */
record Teaching(
    Broadcast<FrozenTeachers> teachers,
    Optional<TeacherCache> cache,
    String best,
    Predictions predictions) {

  /** Where a student and that teacher disagree; null where nothing can be compared. */
  Disagreement with(Predictions student, int classes) {
    return Disagreement.of(best, predictions, student, classes);
  }
}
