package io.limbeck.spark.report;

/**
 * The teacher, whole and in inference mode.
 *
 * @param parameters of the model
 * @param modelBytes of its file
 * @param validation null without validation examples
 * @param test null without test examples
 */
public record TeacherReport(long parameters, long modelBytes, Split validation, Split test) {

  /** The accuracy that students are held against: on test examples, if there are any. */
  double comparedAccuracy() {
    return (test != null ? test : validation).accuracy();
  }
}
