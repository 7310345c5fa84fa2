package io.limbeck.spark.report;

import java.util.OptionalDouble;

/**
 * The teacher, whole and in inference mode.
 *
 * @param parameters of the model
 * @param modelBytes of its file
 * @param validation null without validation examples, or for a teacher that is no classifier
 * @param test null without test examples, or for a teacher that is no classifier
 */
public record TeacherReport(long parameters, long modelBytes, Split validation, Split test) {

  /**
   * Whether anything is known of how good it is.
   *
   * @return false for a teacher that is no classifier
   */
  public boolean hasScores() {
    return test != null || validation != null;
  }

  /**
   * The accuracy that students are held against: on test examples, if there are any. Empty for a
   * teacher that is no classifier.
   */
  public OptionalDouble comparedAccuracy() {
    Split compared = test != null ? test : validation;
    return compared == null ? OptionalDouble.empty() : OptionalDouble.of(compared.score());
  }
}
