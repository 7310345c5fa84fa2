package io.limbeck.benchmarks.peer;

import java.util.Locale;

/** What is timed. */
enum Work {
  /** A frozen network's outputs in inference mode. */
  TEACHER_FORWARD,
  /** A training step from labels alone: forward, cross-entropy, backward, SGD with Nesterov. */
  STUDENT_STEP,
  /** The same with a teacher's forward pass and the divergence from its logits. */
  KD_STEP;

  /** As it is called in reports, and by the peer. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
