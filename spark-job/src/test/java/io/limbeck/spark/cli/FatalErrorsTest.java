package io.limbeck.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.charset.StandardCharsets;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FatalErrorsTest {
  private final PrintStream realErr = System.err;
  private final UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void watch() {
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    Thread.setDefaultUncaughtExceptionHandler(null);
    FatalErrors.watch(false);
  }

  /** What one test saw is not for others of this JVM to see. */
  @AfterEach
  void release() throws InterruptedException {
    die(new AssertionError("forget the one before"));
    Thread.setDefaultUncaughtExceptionHandler(before);
    System.setErr(realErr);
  }

  private static void die(Error error) throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              throw error;
            },
            "doomed");
    thread.start();
    thread.join();
  }

  /** As where Spark's own cleaner meets the full heap, and takes the context with it. */
  @Test
  void fullHeap_ofAnotherThread_isWhatTheJobDiedOf() throws InterruptedException {
    die(new OutOfMemoryError("Java heap space"));
    Throwable job =
        new IllegalStateException(
            new SparkException("Job 1 cancelled because SparkContext was shut down"));
    assertThat(MemoryShortage.in(job, FatalErrors.last()))
        .get()
        .asString()
        .startsWith("out of memory, the heap is full: lower 'data.block_mib'");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void anythingElse_isToldAsBefore() throws InterruptedException {
    die(new AssertionError("something else"));
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("Exception in thread \"doomed\" java.lang.AssertionError: something else")
        .contains("\tat ");
  }
}
