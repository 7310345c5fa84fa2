package io.limbeck.spark.preparation;

import io.limbeck.core.config.AlgorithmConfig;
import io.limbeck.core.config.Distillation;

/** What one training is for. */
public enum Mode {
  /** The student with its teacher. */
  DISTILLED("distilled"),
  /** The student from labels alone, to compare. */
  STUDENT_ALONE("student alone"),
  /** A network of a supervised experiment. */
  SUPERVISED("model");

  private final String label;

  Mode(String label) {
    this.label = label;
  }

  /** What the training of an algorithm is for. */
  public static Mode of(AlgorithmConfig algorithm) {
    return algorithm instanceof Distillation ? DISTILLED : SUPERVISED;
  }

  /** The words for people. */
  public String label() {
    return label;
  }

  /** The word in file names. */
  public String fileName() {
    return label.replace(' ', '-');
  }
}
