package io.limbeck.spark.worker;

import java.util.concurrent.atomic.LongAdder;

/** What tasks of this JVM have done so far, counted once a task. */
public final class WorkerCounters {
  private static final LongAdder TASKS = new LongAdder();
  private static final LongAdder EXAMPLES = new LongAdder();
  private static final LongAdder CACHED = new LongAdder();
  private static final LongAdder STEP_NANOS = new LongAdder();
  private static final LongAdder TEACHER_NANOS = new LongAdder();

  private WorkerCounters() {}

  static void add(WorkerResult result) {
    TASKS.increment();
    EXAMPLES.add(result.examples());
    CACHED.add(result.measures().cachedExamples());
    STEP_NANOS.add(result.measures().stepNanos());
    TEACHER_NANOS.add(result.measures().teacherNanos());
  }

  /** Parts of rounds. */
  public static long tasks() {
    return TASKS.sum();
  }

  /** Examples learnt from. */
  public static long examples() {
    return EXAMPLES.sum();
  }

  /** Examples of which the teacher's outputs were kept from before. */
  public static long cachedExamples() {
    return CACHED.sum();
  }

  /** Time in training steps, of all threads together. */
  public static double stepSeconds() {
    return STEP_NANOS.sum() / 1e9;
  }

  /** The teacher's part of it. */
  public static double teacherSeconds() {
    return TEACHER_NANOS.sum() / 1e9;
  }
}
