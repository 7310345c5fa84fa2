package io.limbeck.benchmarks.engine;

import io.limbeck.benchmarks.ResidentMemory;
import java.util.List;
import java.util.stream.Stream;

/**
 * The most that a job's processes had of the machine's memory.
 *
 * @param driverMib the driver
 * @param executorMib the largest executor; 0 where there is none beside the driver
 */
record Peaks(int driverMib, int executorMib) {
  private static final long MILLIS = 100;

  /**
   * Watches a job until it ends.
   *
   * @param job started just now
   * @param executors processes beside the job's own among which its executors are
   */
  static Peaks of(Process job, List<Process> executors) throws InterruptedException {
    Peaks peaks = new Peaks(0, 0);
    while (job.isAlive()) {
      peaks =
          new Peaks(
              Math.max(peaks.driverMib, mib(job, "SparkSubmit")),
              Math.max(
                  peaks.executorMib,
                  Stream.concat(Stream.of(job), executors.stream())
                      .mapToInt(each -> mib(each, "CoarseGrainedExecutorBackend"))
                      .max()
                      .orElse(0)));
      Thread.sleep(MILLIS);
    }
    return peaks;
  }

  private static int mib(Process root, String main) {
    return Stream.concat(Stream.of(root.toHandle()), root.descendants())
        .filter(each -> ResidentMemory.commandLine(each.pid()).contains(main))
        .mapToInt(each -> ResidentMemory.peakMib(each.pid()))
        .max()
        .orElse(0);
  }
}
