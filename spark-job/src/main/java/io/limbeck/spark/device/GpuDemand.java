package io.limbeck.spark.device;

import io.limbeck.core.error.UserException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * The part of a GPU, or the GPUs, that a task takes which runs networks: by Spark's own {@code
 * spark.task.resource.gpu.amount}, which every task takes, or by {@link #NETWORKS_ONLY}.
 *
 * @param perTask 0 for none; parts of one, or a whole number
 * @param networksOnly whether other tasks, which read and prepare data, take none and run on all
 *     cores
 */
public record GpuDemand(double perTask, boolean networksOnly) {
  /** Asks GPUs for those tasks alone that run networks, with a profile for their stages. */
  public static final String NETWORKS_ONLY = "spark.limbeck.task.resource.gpu.amount";

  private static final Map<String, ResourceProfile> PROFILES = new ConcurrentHashMap<>();
  private static final String EVERY_TASK = "spark.task.resource.gpu.amount";
  private static final String EXECUTORS = "spark.executor.resource.gpu.amount";
  private static final String MASTER = "spark.master";
  private static final String CORES = "spark.executor.cores";
  private static final String DYNAMIC = "spark.dynamicAllocation.enabled";
  private static final String CPUS = "spark.task.cpus";

  /**
   * What is asked for.
   *
   * @param conf Spark's settings
   * @throws UserException when they contradict each other
   */
  public static GpuDemand of(SparkConf conf) {
    boolean networksOnly = conf.contains(NETWORKS_ONLY);
    if (!networksOnly) {
      return new GpuDemand(conf.getDouble(EVERY_TASK, 0), false);
    }
    if (conf.contains(EVERY_TASK)) {
      throw new UserException(
          "'%s' and '%s' are both set: the one is for tasks that run networks, the other for all"
              .formatted(NETWORKS_ONLY, EVERY_TASK));
    }
    if (conf.getInt(EXECUTORS, 0) == 0) {
      throw new UserException(
          "'%s' is set, but executors have no GPUs: set '%s'".formatted(NETWORKS_ONLY, EXECUTORS));
    }
    if (conf.getBoolean(DYNAMIC, false)) {
      throw new UserException(
          "'%s' needs '%s' to be false: what examples executors keep, they train on"
              .formatted(NETWORKS_ONLY, DYNAMIC));
    }
    if (conf.get(MASTER, "local").matches("local(\\[.*)?")) {
      throw new UserException(
          "'%s' needs a cluster: Spark has profiles of stages on standalone, YARN and Kubernetes, but 'spark.master' is \"%s\""
              .formatted(NETWORKS_ONLY, conf.get(MASTER)));
    }
    return new GpuDemand(amount(conf.get(NETWORKS_ONLY)), true);
  }

  private static double amount(String text) {
    try {
      double amount = Double.parseDouble(text);
      if (amount > 0 && (amount <= 0.5 || amount == Math.rint(amount))) {
        return amount;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new UserException(
        "'%s' is \"%s\", but must be a whole number of GPUs, or a part of one up to 0.5"
            .formatted(NETWORKS_ONLY, text));
  }

  /** Whether any are asked for. */
  public boolean any() {
    return perTask > 0;
  }

  /**
   * How many such tasks an executor runs at once.
   *
   * @param byCores as its cores have it
   * @param gpus that it has
   */
  public int slots(int byCores, int gpus) {
    if (!any()) {
      return byCores;
    }
    double byGpus = perTask < 1 ? gpus * Math.floor(1 / perTask) : Math.floor(gpus / perTask);
    return (int) Math.min(byCores, byGpus);
  }

  /**
   * How many such tasks run at once on all executors that are asked for.
   *
   * @param conf Spark's settings
   * @return empty where they do not say how many executors of how many cores there are to be
   */
  public OptionalInt slotsAskedFor(SparkConf conf) {
    int cores = conf.getInt(CORES, 0);
    if (cores == 0 || conf.getBoolean(DYNAMIC, false)) {
      return OptionalInt.empty();
    }
    // Spark's own manager knows no number of executors, only of cores.
    int executors =
        conf.get(MASTER, "").startsWith("spark://")
            ? conf.getInt("spark.cores.max", 0) / cores
            : conf.getInt("spark.executor.instances", 0);
    int all = executors * slots(cores / conf.getInt(CPUS, 1), conf.getInt(EXECUTORS, 0));
    return all > 0 ? OptionalInt.of(all) : OptionalInt.empty();
  }

  /**
   * Has tasks on an RDD take their GPUs.
   *
   * @param rdd on which networks run
   * @return the same
   */
  public <T> JavaRDD<T> on(JavaRDD<T> rdd) {
    return networksOnly ? rdd.withResources(profile(rdd.context().conf())) : rdd;
  }

  /**
   * Spark takes profiles that were made one by one for different ones, though they ask the same.
   */
  private ResourceProfile profile(SparkConf conf) {
    TaskResourceRequests requests =
        new TaskResourceRequests()
            .cpus(conf.getInt(CPUS, 1))
            .resource(TaskDevice.RESOURCE, perTask);
    return PROFILES.computeIfAbsent(
        conf.getInt(CPUS, 1) + "/" + perTask,
        text -> new ResourceProfileBuilder().require(requests).build());
  }
}
