package io.limbeck.spark.storage;

/** What went wrong at the bottom of a chain of exceptions, for messages. */
public final class Causes {
  private Causes() {}

  /**
   * The first line of what the first cause says.
   *
   * @param error any
   */
  public static String firstLine(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }
}
