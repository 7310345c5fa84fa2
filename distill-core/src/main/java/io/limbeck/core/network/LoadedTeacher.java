package io.limbeck.core.network;

/**
 * A frozen network's weights in this JVM, which any number of running instances look at. For use by
 * several threads.
 */
@FunctionalInterface
public interface LoadedTeacher {
  /** A running instance, for one thread at a time. */
  Teacher instance();
}
