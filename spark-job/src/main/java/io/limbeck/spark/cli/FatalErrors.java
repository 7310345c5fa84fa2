package io.limbeck.spark.cli;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Optional;

/**
 * Errors that ended threads of this JVM. Where driver and executor are one, a full heap may meet a
 * thread of Spark's own first, which then stops everything; what the job ends with says nothing of
 * it.
 */
final class FatalErrors implements UncaughtExceptionHandler {
  private static volatile String last;

  private final UncaughtExceptionHandler before;
  private final boolean verbose;

  private FatalErrors(UncaughtExceptionHandler before, boolean verbose) {
    this.before = before;
    this.verbose = verbose;
  }

  /**
   * Begins to watch.
   *
   * @param verbose whether a full heap is told with its stack trace as well
   */
  static void watch(boolean verbose) {
    UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    if (!(before instanceof FatalErrors)) {
      Thread.setDefaultUncaughtExceptionHandler(new FatalErrors(before, verbose));
    }
  }

  /** The latest one. */
  static Optional<String> last() {
    return Optional.ofNullable(last);
  }

  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    last = error.toString();
    if (verbose || !(error instanceof OutOfMemoryError)) {
      if (before != null) {
        before.uncaughtException(thread, error);
      } else {
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        error.printStackTrace();
      }
    }
  }
}
