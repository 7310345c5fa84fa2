package io.limbeck.benchmarks.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Bytes that a round moves, against the student's parameters. */
final class Traffic {
  private static final int HIDDEN = 4096;

  private Traffic() {}

  static Map<String, Object> measure(JavaSparkContext spark) throws InterruptedException {
    Workload workload = new Workload(Net.mlp(HIDDEN), 2, 10, 1, 4);
    AtomicLong results = new AtomicLong();
    AtomicLong shuffled = new AtomicLong();
    AtomicLong broadcast = new AtomicLong();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            var metrics = end.taskMetrics();
            results.addAndGet(metrics.resultSize());
            shuffled.addAndGet(
                metrics.shuffleReadMetrics().totalBytesRead()
                    + metrics.shuffleWriteMetrics().bytesWritten());
          }

          @Override
          public void onBlockUpdated(SparkListenerBlockUpdated updated) {
            var info = updated.blockUpdatedInfo();
            if (info.storageLevel().isValid()) {
              String name = info.blockId().name();
              long bytes = info.memSize() + info.diskSize();
              // Large results are blocks, which the driver fetches.
              broadcast.addAndGet(name.matches("broadcast_.*_piece.*") ? bytes : 0);
              results.addAndGet(name.matches("broadcast_.*_result_.*") ? bytes : 0);
            }
          }
        };
    try (Workload.Training training = workload.new Training(spark)) {
      training.epoch();
      spark.sc().addSparkListener(listener);
      training.epoch();
      // Listeners are told a little later.
      Thread.sleep(2000);
      spark.sc().removeSparkListener(listener);
    }
    double parameters = 4.0 * workload.net().parameters();
    double rounds = workload.rounds();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", "bytes of a round over bytes of the parameters, momentum averaged");
    result.put("parameter_bytes", parameters);
    result.put(
        "results_to_driver_of_a_partition",
        results.get() / rounds / workload.partitions() / parameters);
    result.put("shuffled", shuffled.get() / rounds / parameters);
    result.put("broadcast", broadcast.get() / rounds / parameters);
    return result;
  }
}
