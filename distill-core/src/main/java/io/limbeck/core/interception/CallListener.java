package io.limbeck.core.interception;

import java.util.List;

/** Sees the calls of one method by one thread. */
public interface CallListener {

  /**
   * The method is called.
   *
   * @param arguments without {@code this}; not copied
   * @return null to let it run, or what to return in its place
   */
  default Replacement called(List<Object> arguments) {
    return null;
  }

  /**
   * The method returns.
   *
   * @param value its own, or the replacement's
   */
  default void returned(Object value) {}

  /**
   * What a method returns in place of running.
   *
   * @param value may be null
   */
  record Replacement(Object value) {}
}
