package io.limbeck.spark.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/**
 * What an experiment takes of driver and executors, in bytes, by the formulas of {@code
 * docs/memory.md}.
 *
 * @param driverHeap a round's results of all partitions, their mean, and what is kept beside
 * @param executorHeap a round's start and results, the teacher's weights, the segments at hand;
 *     what Spark keeps of the examples comes on top and spills
 * @param executorNative networks and activations of all tasks that run at once, the teacher's
 *     weights twice
 */
public record MemoryPlan(long driverHeap, long executorHeap, long executorNative) {
  private static final long FLOAT = 4;
  private static final long MIB = 1 << 20;

  /** What Spark takes of an executor's heap before it divides the rest. */
  static final long SPARKS_OWN = 300 * MIB;

  /**
   * What an executor's JVM with Spark and ND4J takes outside its heap before there is any network:
   * code, classes, the collector's tables, native libraries; as measured.
   */
  private static final long JVMS_OWN = 480 * MIB;

  /**
   * What a thread that runs networks takes for itself: buffers of BLAS, oneDNN and the allocator.
   */
  private static final long THREADS_OWN = 96 * MIB;

  private static final Pattern MAX_BYTES =
      Pattern.compile("-Dorg\\.bytedeco\\.javacpp\\.maxbytes=(\\S+)", Pattern.CASE_INSENSITIVE);

  /**
   * What the formulas depend on.
   *
   * @param learnt numbers that learn: student, connectors, losses, generator
   * @param updater numbers that their updater keeps
   * @param teacher bytes of its weights
   * @param studentActivations numbers of one example, all vertices
   * @param teacherActivations numbers of one example, the largest vertex
   * @param partitions with a student each
   * @param tasks that run at once in an executor
   * @param batch examples of a step
   * @param segment bytes of the examples that are together
   */
  public record Sizes(
      long learnt,
      long updater,
      long teacher,
      long studentActivations,
      long teacherActivations,
      int partitions,
      int tasks,
      int batch,
      long segment) {

    /**
     * The same on another cluster.
     *
     * @param otherPartitions with a student each
     * @param otherTasks that run at once in an executor
     */
    Sizes with(int otherPartitions, int otherTasks) {
      return new Sizes(
          learnt,
          updater,
          teacher,
          studentActivations,
          teacherActivations,
          otherPartitions,
          otherTasks,
          batch,
          segment);
    }
  }

  /**
   * Applies the formulas.
   *
   * @param sizes what they depend on
   */
  public static MemoryPlan of(Sizes sizes) {
    long state = FLOAT * (sizes.learnt() + sizes.updater());
    long teacher = sizes.teacher();
    long oneTask =
        THREADS_OWN
            + FLOAT * (4 * sizes.learnt() + sizes.updater())
            + 4 * FLOAT * sizes.studentActivations() * sizes.batch()
            + 4 * FLOAT * sizes.teacherActivations() * sizes.batch();
    return new MemoryPlan(
        (sizes.partitions() + 4L) * state + 2 * teacher,
        state * (1 + 2L * sizes.tasks()) + teacher + 2 * sizes.segment() * sizes.tasks(),
        JVMS_OWN + sizes.tasks() * oneTask + 2 * teacher);
  }

  /** The most of each. */
  MemoryPlan largest(MemoryPlan other) {
    return new MemoryPlan(
        Math.max(driverHeap, other.driverHeap),
        Math.max(executorHeap, other.executorHeap),
        Math.max(executorNative, other.executorNative));
  }

  /**
   * Where Spark is set up for less.
   *
   * @param conf Spark's
   * @param local whether driver and executor are one JVM
   * @param driverLimit heap of this JVM
   * @return sentences
   */
  public List<String> warnings(SparkConf conf, boolean local, long driverLimit) {
    List<String> warnings = new ArrayList<>();
    if (local) {
      // Driver and executor are one, and Spark keeps examples in it.
      long left = left(conf, driverLimit);
      if (driverHeap + executorHeap > left) {
        warnings.add(
            text(
                "this JVM has %,d MiB of heap, of which Spark leaves %,d beside what it keeps"
                    + " ('spark.memory.fraction'), but about %,d are needed: raise --driver-memory, or lower"
                    + " 'data.block_mib'",
                driverLimit, left, driverHeap + executorHeap));
      }
      return warnings;
    }
    if (driverHeap > driverLimit) {
      warnings.add(
          text(
              "the driver has %,d MiB of heap, but about %,d are needed: raise --driver-memory",
              driverLimit, driverHeap));
    }
    executorWarnings(conf, warnings);
    return warnings;
  }

  /** What Spark leaves of an executor's heap to its tasks. */
  private static long left(SparkConf conf, long heap) {
    double fraction = conf.getDouble("spark.memory.fraction", 0.6);
    return Math.max(0, (long) ((heap - SPARKS_OWN) * (1 - fraction)));
  }

  private void executorWarnings(SparkConf conf, List<String> warnings) {
    long memory = conf.getSizeAsBytes("spark.executor.memory", "1g");
    long left = left(conf, memory);
    if (executorHeap > left) {
      warnings.add(
          text(
              "executors have %,d MiB of heap ('spark.executor.memory'), of which Spark leaves"
                  + " %,d beside what it keeps ('spark.memory.fraction'), but about %,d are needed: raise it",
              memory, left, executorHeap));
    }
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", 0.1);
    long byDefault = Math.max(384 * MIB, (long) (factor * memory));
    long overhead = conf.getSizeAsMb("spark.executor.memoryOverhead", byDefault / MIB + "m") * MIB;
    if (executorNative > overhead) {
      warnings.add(
          text(
              "executors may take %,d MiB outside the heap ('spark.executor.memoryOverhead'), but JVM and networks take about %,d: a"
                  + " cluster manager would kill them, raise it",
              overhead, executorNative));
    }
    Matcher limit = MAX_BYTES.matcher(conf.get("spark.executor.extraJavaOptions", ""));
    if (limit.find()) {
      long maxBytes = JavaUtils.byteStringAsBytes(limit.group(1));
      if (maxBytes > overhead) {
        warnings.add(
            text(
                "-Dorg.bytedeco.javacpp.maxbytes lets executors take %,d MiB outside the heap, but"
                    + " 'spark.executor.memoryOverhead' only %,d: lower the one or raise the other",
                maxBytes, overhead));
      }
    }
  }

  /** Needs are rounded up. */
  private static String text(String pattern, long first, long second) {
    return String.format(Locale.ROOT, pattern, first / MIB, (second + MIB - 1) / MIB);
  }

  private static String text(String pattern, long first, long second, long third) {
    return String.format(Locale.ROOT, pattern, first / MIB, second / MIB, (third + MIB - 1) / MIB);
  }
}
