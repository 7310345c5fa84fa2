package io.limbeck.spark.data;

import io.limbeck.spark.device.GpuDemand;
import io.limbeck.spark.device.TaskDevice;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.Option;
import scala.collection.JavaConverters;

/**
 * An executor.
 *
 * @param id Spark's
 * @param host where it is
 * @param slots tasks that run networks, as many as it runs at once
 */
public record Executor(String id, String host, int slots) {
  /** One that keeps no blocks yet has no port. */
  private static final Pattern WITH_PORT = Pattern.compile(".+:\\d+");

  /** Ids are numbers, but nothing promises that. */
  private static final Comparator<ExecutorSummary> BY_ID =
      Comparator.comparingInt((ExecutorSummary each) -> each.id().length())
          .thenComparing(ExecutorSummary::id);

  /**
   * The executors that there are now.
   *
   * @param spark the context
   * @return in the order in which they came; none where the driver runs the tasks itself
   */
  public static List<Executor> of(SparkContext spark) {
    int cpus = spark.conf().getInt("spark.task.cpus", 1);
    GpuDemand gpus = GpuDemand.of(spark.conf());
    return JavaConverters.seqAsJavaList(spark.statusStore().executorList(true)).stream()
        .filter(each -> !each.id().equals("driver") && each.totalCores() >= cpus)
        .filter(each -> WITH_PORT.matcher(each.hostPort()).matches())
        .sorted(BY_ID)
        .map(
            each ->
                new Executor(
                    each.id(), host(each), gpus.slots(each.totalCores() / cpus, gpus(each))))
        .filter(each -> each.slots() > 0)
        .toList();
  }

  /**
   * Waits until executors have slots for all partitions, or none has come for a while: what is
   * loaded earlier is kept by those that came first.
   *
   * @param spark the context
   * @param slots that would be best
   * @param patience after the last one came
   */
  public static void await(SparkContext spark, int slots, Duration patience) {
    int had = -1;
    long last = System.nanoTime();
    while (!spark.isLocal() && System.nanoTime() - last < patience.toNanos()) {
      int has = of(spark).stream().mapToInt(Executor::slots).sum();
      if (has >= slots) {
        return;
      }
      if (has != had) {
        had = has;
        last = System.nanoTime();
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static int gpus(ExecutorSummary executor) {
    Option<ResourceInformation> gpus = executor.resources().get(TaskDevice.RESOURCE);
    return gpus.isEmpty() ? 0 : gpus.get().addresses().length;
  }

  /** What comes before the port. */
  private static String host(ExecutorSummary executor) {
    return executor.hostPort().substring(0, executor.hostPort().lastIndexOf(':'));
  }

  /** The place as Spark's scheduler names it. */
  String location() {
    return "executor_" + host + "_" + id;
  }
}
