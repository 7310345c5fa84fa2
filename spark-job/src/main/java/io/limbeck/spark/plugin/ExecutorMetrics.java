package io.limbeck.spark.plugin;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.limbeck.spark.worker.WorkerCounters;
import org.bytedeco.javacpp.Pointer;

/** An executor's own numbers, which grow as long as it lives; and the memory beside its heap. */
final class ExecutorMetrics {
  private ExecutorMetrics() {}

  static void register(MetricRegistry registry) {
    registry.register("tasks", (Gauge<Long>) WorkerCounters::tasks);
    registry.register("examples", (Gauge<Long>) WorkerCounters::examples);
    registry.register("cached_examples", (Gauge<Long>) WorkerCounters::cachedExamples);
    registry.register("step_seconds", (Gauge<Double>) WorkerCounters::stepSeconds);
    registry.register("teacher_seconds", (Gauge<Double>) WorkerCounters::teacherSeconds);
    registry.register("native_bytes", (Gauge<Long>) Pointer::totalBytes);
    registry.register("native_bytes_allowed", (Gauge<Long>) Pointer::maxBytes);
    registry.register("resident_bytes", (Gauge<Long>) Pointer::physicalBytes);
  }
}
