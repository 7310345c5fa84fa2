package io.limbeck.spark.model;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Spark's settings for an experiment on a cluster, as its memory follows from the formulas of
 * {@code docs/memory.md}.
 *
 * @param executors how many
 * @param cores of each, all of which train
 * @param driver what the driver needs, which evaluates nothing and tries one step
 * @param executor what each executor needs
 */
public record SubmitSettings(int executors, int cores, MemoryPlan driver, MemoryPlan executor) {
  private static final long MIB = 1 << 20;
  private static final long STEP = 256 * MIB;

  /** What Spark leaves of the rest beside what it keeps. */
  private static final double LEFT = 0.4;

  /** Spark's own work on the driver: its UI, plans, results on their way. */
  private static final long DRIVERS_OWN = 1024 * MIB;

  /** What a JVM takes outside its heap that ND4J does not count. */
  private static final long UNCOUNTED = 384 * MIB;

  /**
   * Settings for an experiment.
   *
   * @param sizes what its memory depends on; tasks and partitions are set here
   * @param executors how many
   * @param cores of each
   * @param workers partitions with a student each
   */
  public static SubmitSettings of(MemoryPlan.Sizes sizes, int executors, int cores, int workers) {
    int tasks = Math.min(cores, workers);
    return new SubmitSettings(
        executors,
        cores,
        MemoryPlan.of(sizes.with(workers, 1)),
        MemoryPlan.of(sizes.with(workers, tasks)));
  }

  /**
   * Settings with which each of several can run.
   *
   * @param several for one cluster, at least one
   */
  public static SubmitSettings largest(Collection<SubmitSettings> several) {
    SubmitSettings any = several.iterator().next();
    return new SubmitSettings(
        any.executors,
        any.cores,
        several.stream().map(SubmitSettings::driver).reduce(MemoryPlan::largest).orElseThrow(),
        several.stream().map(SubmitSettings::executor).reduce(MemoryPlan::largest).orElseThrow());
  }

  /** By their names, in the order in which people read them. */
  public Map<String, String> properties() {
    long heap = up((long) (executor.executorHeap() / LEFT) + MemoryPlan.SPARKS_OWN);
    long outside = up(executor.executorNative());
    long driverHeap = up(driver.driverHeap() + DRIVERS_OWN);
    long driverOutside = up(driver.executorNative());
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("spark.driver.memory", mebibytes(driverHeap));
    properties.put("spark.driver.memoryOverhead", mebibytes(driverOutside));
    properties.put("spark.executor.instances", String.valueOf(executors));
    properties.put("spark.executor.cores", String.valueOf(cores));
    // The standalone manager knows no number of executors, only of cores.
    properties.put("spark.cores.max", String.valueOf(executors * cores));
    properties.put("spark.executor.memory", mebibytes(heap));
    properties.put("spark.executor.memoryOverhead", mebibytes(outside));
    properties.put("spark.driver.extraJavaOptions", options(driverHeap, driverOutside));
    properties.put("spark.executor.extraJavaOptions", options(heap, outside));
    // Spark runs a task on every core: with more threads each, all of them would wait for each
    // other.
    for (String environment :
        new String[] {
          "spark.executorEnv.", "spark.yarn.appMasterEnv.", "spark.kubernetes.driverEnv."
        }) {
      properties.put(environment + "OMP_NUM_THREADS", "1");
      properties.put(environment + "OMP_WAIT_POLICY", "PASSIVE");
      properties.put(environment + "GOMP_SPINCOUNT", "0");
    }
    return properties;
  }

  private static String options(long heap, long outside) {
    return "-XX:+UseParallelGC -Dorg.bytedeco.javacpp.maxbytes=%s -Dorg.bytedeco.javacpp.maxphysicalbytes=%s"
        .formatted(mebibytes(Math.max(STEP, outside - UNCOUNTED)), mebibytes(heap + outside));
  }

  private static long up(long bytes) {
    return (bytes + STEP - 1) / STEP * STEP;
  }

  private static String mebibytes(long bytes) {
    return bytes / MIB + "m";
  }
}
