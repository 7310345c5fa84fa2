package io.limbeck.benchmarks.peer;

import java.util.Locale;

/** What is timed. */
enum Work {
  /** A frozen network's outputs in inference mode. */
  TEACHER_FORWARD("forward"),
  /** The student's, and how many of them are right. */
  EVALUATION("evaluation"),
  /** A training step from labels alone: forward, cross-entropy, backward, SGD with Nesterov. */
  STUDENT_STEP("step"),
  /** The same with a teacher's forward pass and the divergence from its logits. */
  KD_STEP("KD step"),
  /** The same where the teacher's logits are known. */
  CACHED_STEP("KD step, teacher cached"),
  /**
   * A KD step with hints at the ends of three stages as well, through connectors of a convolution,
   * a BatchNorm and a ReLU: A. Romero et al., ICLR 2015.
   */
  FITNETS_STEP("KD and FitNets step"),
  /**
   * A step with three partial distances before ReLUs, through connectors of a convolution and a
   * BatchNorm, and no divergence: B. Heo et al., ICCV 2019.
   */
  OFD_STEP("OFD step");

  private final String title;

  Work(String title) {
    this.title = title;
  }

  /** As it is called in tables. */
  String title() {
    return title;
  }

  /** As the peer calls it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
