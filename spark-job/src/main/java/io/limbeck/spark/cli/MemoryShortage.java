package io.limbeck.spark.cli;

import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/**
 * Says in words that a JVM ran out of memory. It may be this one or an executor's, and what is
 * known of the latter is the text of Spark's exception.
 */
final class MemoryShortage {
  /** As JavaCPP reports it, whose limits are not the heap's. */
  private static final Pattern NATIVE =
      Pattern.compile("Physical memory usage is too high|Cannot allocate new \\w*Pointer");

  /** {@code SparkExitCode.OOM}, in the words of the cluster managers. */
  private static final Pattern HEAP =
      Pattern.compile("OutOfMemoryError|(?i:exit code|exited with code|exit status:?) 52\\b");

  /** A process that was killed, as containers are that take more than they were given. */
  private static final Pattern KILLED =
      Pattern.compile(
          "(?i:exit code|exited with code|exit status:?) 137\\b|OOMKilled|exceeding .*memory limits");

  private static final String HOW_MUCH = "'limbeck validate CONFIG' says how much is needed";

  private MemoryShortage() {}

  /**
   * The shortage of this JVM, outside of any task.
   *
   * @param error what it ended with
   * @return what there was too little of and how to get more
   */
  static String here(OutOfMemoryError error) {
    return NATIVE.matcher(error.toString()).find()
        ? outside("spark.driver.extraJavaOptions")
        : heap("'averaging.workers', or raise --driver-memory");
  }

  /**
   * The shortage that a task met.
   *
   * @param thrown what the command ended with
   * @param lost why the latest executor was lost, if one was
   * @return what there was too little of and how to get more, unless it was something else
   */
  static Optional<String> in(Throwable thrown, Optional<String> lost) {
    boolean sparks = false;
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      sparks |= each instanceof SparkException;
      Optional<String> shortage = in(each.toString());
      if (shortage.isPresent()) {
        return shortage;
      }
    }
    return sparks ? lost.flatMap(MemoryShortage::in) : Optional.empty();
  }

  private static Optional<String> in(String text) {
    String shortage = null;
    if (NATIVE.matcher(text).find()) {
      shortage =
          outside(
              "spark.executor.extraJavaOptions (spark.driver.extraJavaOptions with a local master)");
    } else if (HEAP.matcher(text).find()) {
      shortage =
          heap(
              "'data.block_mib', or raise spark.executor.memory (--driver-memory with a local master)");
    } else if (KILLED.matcher(text).find()) {
      shortage =
          "executors were killed, as cluster managers do with what takes more memory than its container has: raise"
              + " spark.executor.memoryOverhead; "
              + HOW_MUCH;
    }
    return Optional.ofNullable(shortage);
  }

  private static String heap(String remedy) {
    return "out of memory, the heap is full: lower " + remedy + "; " + HOW_MUCH;
  }

  private static String outside(String options) {
    return "out of memory outside the heap: lower 'schedule.batch_size', or raise -Dorg.bytedeco.javacpp.maxbytes and"
        + " -Dorg.bytedeco.javacpp.maxphysicalbytes in "
        + options
        + " and the container's memory with them; "
        + HOW_MUCH;
  }
}
