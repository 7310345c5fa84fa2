package io.limbeck.core.network;

/** Which of the two networks a value comes from. */
public enum Side {
  /** The network that learns. */
  STUDENT,
  /** The frozen network that it learns from. */
  TEACHER;

  /** The word in messages. */
  public String word() {
    return this == STUDENT ? "student" : "teacher";
  }
}
