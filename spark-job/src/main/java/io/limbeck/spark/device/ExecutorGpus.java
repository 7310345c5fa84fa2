package io.limbeck.spark.device;

import io.limbeck.core.error.UserException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/** Has executors look at their GPUs, in a job of its own before the first one that needs them. */
public final class ExecutorGpus {
  private ExecutorGpus() {}

  /**
   * Checks the GPUs of as many tasks as run at once.
   *
   * @param spark the context
   * @param tasks that run at once
   * @throws UserException when the backend cannot run on one of them
   */
  public static void require(JavaSparkContext spark, IntSupplier tasks) {
    if (!CudaBackend.isPresent() || spark.sc().isLocal()) {
      return;
    }
    spark.setJobDescription("look at the executors' GPUs");
    List<Integer> numbers = IntStream.range(0, tasks.getAsInt()).boxed().toList();
    GpuDemand.of(spark.getConf())
        .on(spark.parallelize(numbers, numbers.size()).map(new Look()))
        .collect()
        .stream()
        .filter(refusal -> !refusal.isEmpty())
        .findFirst()
        .ifPresent(
            refusal -> {
              throw new UserException(refusal);
            });
  }

  /** Answers with what is wrong, so that nobody tries again. */
  private static final class Look implements Function<Integer, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String call(Integer number) {
      try {
        GpuCheck.requireInTask(
            "executor %s (%s)"
                .formatted(
                    SparkEnv.get().executorId(),
                    SparkEnv.get().blockManager().blockManagerId().host()));
        return "";
      } catch (UserException e) {
        return e.getMessage();
      }
    }
  }
}
