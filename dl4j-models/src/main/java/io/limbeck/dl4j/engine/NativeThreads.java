package io.limbeck.dl4j.engine;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * As many threads as native code has in a task ({@code OMP_NUM_THREADS}), for what is native in
 * small pieces only.
 */
final class NativeThreads {
  private static final int COUNT =
      NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();

  /** Its threads do not keep a JVM running. */
  private static final ForkJoinPool POOL = COUNT > 1 ? new ForkJoinPool(COUNT) : null;

  private NativeThreads() {}

  /**
   * Does all pieces, and returns when they are done.
   *
   * @param pieces how many
   * @param work on the piece of a number
   */
  static void forEach(int pieces, IntConsumer work) {
    if (POOL == null || pieces == 1) {
      IntStream.range(0, pieces).forEach(work);
    } else {
      POOL.submit(() -> IntStream.range(0, pieces).parallel().forEach(work)).join();
    }
  }
}
