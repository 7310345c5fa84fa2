package io.limbeck.spark.job;

/** A training was stopped between two rounds, as somebody wanted, and can be continued. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A stop.
   *
   * @param message where it was
   */
  StoppedException(String message) {
    super(message);
  }
}
