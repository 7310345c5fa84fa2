package io.limbeck.spark.model;

/**
 * What a job is submitted to.
 *
 * @param manager who runs it; null where that is not known
 * @param driverInside whether the driver runs in the cluster, too: {@code --deploy-mode cluster}
 * @param executors how many
 * @param cores of each executor
 * @param gpus of each executor; where there are some, tasks that run networks take one each
 */
public record Cluster(Manager manager, boolean driverInside, int executors, int cores, int gpus) {

  /** Who gives a job its executors. */
  public enum Manager {
    STANDALONE,
    YARN,
    KUBERNETES
  }

  /** A cluster of CPUs of which nothing else is known. */
  public static Cluster of(int executors, int cores) {
    return new Cluster(null, false, executors, cores, 0);
  }

  /** Partitions that an executor trains at once. */
  public int tasks() {
    return gpus == 0 ? cores : Math.min(cores, gpus);
  }

  /** Whether what this manager alone understands is of use. */
  boolean mayBe(Manager one) {
    return manager == null || manager == one;
  }
}
