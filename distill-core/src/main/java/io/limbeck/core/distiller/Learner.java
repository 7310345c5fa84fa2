package io.limbeck.core.distiller;

/** Who learns from a distiller's losses. */
enum Learner {
  /** The student, and no gradient goes to the teacher. */
  STUDENT,
  /** Both networks. */
  BOTH,
  /** What made the images that both networks saw: gradients go through both. */
  GENERATOR
}
