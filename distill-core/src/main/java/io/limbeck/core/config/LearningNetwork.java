package io.limbeck.core.config;

/**
 * A network that learns.
 *
 * @param architecture what it is
 * @param key where the config says so
 * @param taught whether it starts from weights that it has learnt before, and not afresh
 * @param checkpoint the file of those weights; null where the architecture is one, or where it
 *     starts afresh
 * @param checkpointKey where the config names that file
 * @param taskLossWeight factor of its cross-entropy with the labels
 */
public record LearningNetwork(
    ArchitectureConfig architecture,
    String key,
    boolean taught,
    String checkpoint,
    String checkpointKey,
    double taskLossWeight) {

  /**
   * The student.
   *
   * @param architecture what it is
   * @param taskLossWeight factor of its cross-entropy with the labels
   */
  static LearningNetwork student(ArchitectureConfig architecture, double taskLossWeight) {
    return new LearningNetwork(
        architecture, "algorithm.architecture", false, null, null, taskLossWeight);
  }
}
