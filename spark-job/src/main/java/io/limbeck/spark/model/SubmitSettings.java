package io.limbeck.spark.model;

import static io.limbeck.spark.model.Cluster.Manager.KUBERNETES;
import static io.limbeck.spark.model.Cluster.Manager.STANDALONE;
import static io.limbeck.spark.model.Cluster.Manager.YARN;

import io.limbeck.spark.device.GpuDemand;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * Spark's settings for an experiment on a cluster, as its memory follows from the formulas of
 * {@code docs/memory.md}.
 *
 * @param cluster that the job is submitted to
 * @param driver what the driver needs, which evaluates nothing and tries one step
 * @param executor what each executor needs
 */
public record SubmitSettings(Cluster cluster, MemoryPlan driver, MemoryPlan executor) {
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
   * @param cluster that the job is submitted to
   * @param workers partitions with a student each
   */
  public static SubmitSettings of(MemoryPlan.Sizes sizes, Cluster cluster, int workers) {
    int tasks = Math.min(cluster.tasks(), workers);
    return new SubmitSettings(
        cluster, MemoryPlan.of(sizes.with(workers, 1)), MemoryPlan.of(sizes.with(workers, tasks)));
  }

  /**
   * Settings with which each of several can run.
   *
   * @param several for one cluster, at least one
   */
  public static SubmitSettings largest(Collection<SubmitSettings> several) {
    return new SubmitSettings(
        several.iterator().next().cluster(),
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
    properties.put("spark.executor.instances", String.valueOf(cluster.executors()));
    properties.put("spark.executor.cores", String.valueOf(cluster.cores()));
    if (cluster.mayBe(STANDALONE)) {
      // It knows no number of executors, only of cores.
      properties.put("spark.cores.max", String.valueOf(cluster.executors() * cluster.cores()));
    }
    properties.put("spark.executor.memory", mebibytes(heap));
    properties.put("spark.executor.memoryOverhead", mebibytes(outside));
    String driverOptions = options(driverHeap, driverOutside);
    if (cluster.manager() == STANDALONE && cluster.driverInside()) {
      // Others let a driver's Java know what Spark reaches into.
      driverOptions += " " + JavaModuleOptions.defaultModuleOptions();
      properties.put("spark.standalone.submit.waitAppCompletion", "true");
    }
    properties.put("spark.driver.extraJavaOptions", driverOptions);
    properties.put("spark.executor.extraJavaOptions", options(heap, outside));
    // Spark runs a task on every core: with more threads each, all of them would wait for each
    // other.
    threads(properties, "spark.executorEnv.");
    if (cluster.mayBe(YARN)) {
      threads(properties, "spark.yarn.appMasterEnv.");
    }
    if (cluster.mayBe(KUBERNETES)) {
      threads(properties, "spark.kubernetes.driverEnv.");
    }
    if (cluster.gpus() > 0) {
      gpus(properties);
    }
    return properties;
  }

  private static void threads(Map<String, String> properties, String environment) {
    properties.put(environment + "OMP_NUM_THREADS", "1");
    properties.put(environment + "OMP_WAIT_POLICY", "PASSIVE");
    properties.put(environment + "GOMP_SPINCOUNT", "0");
  }

  private void gpus(Map<String, String> properties) {
    properties.put("spark.executor.resource.gpu.amount", String.valueOf(cluster.gpus()));
    properties.put(GpuDemand.NETWORKS_ONLY, "1");
    // Of Spark's own manager, workers know their GPUs and tell.
    boolean asks = cluster.manager() != STANDALONE;
    if (asks) {
      properties.put("spark.executor.resource.gpu.discoveryScript", discovery());
    }
    if (cluster.driverInside()) {
      properties.put("spark.driver.resource.gpu.amount", "1");
      if (asks) {
        properties.put("spark.driver.resource.gpu.discoveryScript", discovery());
      }
    }
    if (cluster.mayBe(KUBERNETES)) {
      properties.put("spark.executor.resource.gpu.vendor", "nvidia.com");
      properties.put("spark.driver.resource.gpu.vendor", "nvidia.com");
    }
  }

  /** In an image it has its place; elsewhere {@code --files} brings it along. */
  private String discovery() {
    return cluster.manager() == KUBERNETES ? "/opt/limbeck/discover-gpus" : "./discover-gpus";
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
