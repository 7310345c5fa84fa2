package io.limbeck.spark.cli;

/** Where standard output goes. */
final class Terminal {
  private Terminal() {}

  /**
   * Whether a person looks at it as it is written. The build requires Java 17, where the console
   * tells.
   */
  @SuppressWarnings("SystemConsoleNull")
  static boolean isInteractive() {
    return System.console() != null;
  }
}
