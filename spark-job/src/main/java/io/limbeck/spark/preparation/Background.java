package io.limbeck.spark.preparation;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work on a thread of its own beside other work. The thread has its maker's class loader and
 * Spark's local properties.
 *
 * @param <T> what comes of it
 */
public final class Background<T> {
  private final FutureTask<T> task;

  private Background(FutureTask<T> task) {
    this.task = task;
  }

  /**
   * Starts work.
   *
   * @param name of the thread
   * @param work to do
   */
  public static <T> Background<T> start(String name, Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return new Background<>(task);
  }

  /**
   * Waits for what comes of it.
   *
   * @throws RuntimeException what the work threw
   */
  public T await() {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting", e);
    }
  }

  /** Waits until it has ended; empty where it failed. */
  public Optional<T> ifDone() {
    try {
      return Optional.of(await());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
