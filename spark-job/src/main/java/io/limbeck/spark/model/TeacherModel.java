package io.limbeck.spark.model;

import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import java.util.Collection;

/** A teacher's network, whole. */
public interface TeacherModel {
  /** What can be recorded in it. */
  NetworkDescription description();

  /** How many numbers its weights are. */
  long parameters();

  /**
   * The part that some vertices need, as it runs while it teaches.
   *
   * @param vertices of the description, or the input
   */
  FrozenTeacher upTo(Collection<String> vertices);

  /**
   * The part up to the class scores, as it is evaluated; null in a network that is no classifier.
   */
  FrozenTeacher classifier();
}
