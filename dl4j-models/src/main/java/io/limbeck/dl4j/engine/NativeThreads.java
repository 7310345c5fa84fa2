package io.limbeck.dl4j.engine;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/** As many threads as native code has in a task, for what is native in small pieces only. */
final class NativeThreads {
  /** Its threads do not keep a JVM running. */
  private final ForkJoinPool pool;

  /**
   * Some threads.
   *
   * @param count how many; with one, it is the caller's own
   */
  NativeThreads(int count) {
    this.pool = count > 1 ? new ForkJoinPool(count) : null;
  }

  /** As many as OpenMP has: {@code OMP_NUM_THREADS}. */
  static NativeThreads all() {
    return new NativeThreads(NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads());
  }

  /**
   * Does all pieces, in any order, and returns when they are done.
   *
   * @param pieces how many
   * @param work on the piece of a number
   */
  void forEach(int pieces, IntConsumer work) {
    if (pool == null || pieces == 1) {
      IntStream.range(0, pieces).forEach(work);
    } else {
      pool.submit(() -> IntStream.range(0, pieces).parallel().forEach(work)).join();
    }
  }
}
