package io.limbeck.spark.preparation;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.shape.Activation;
import io.limbeck.dl4j.shape.Activations;
import io.limbeck.spark.data.Executor;
import io.limbeck.spark.model.MemoryPlan;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** What the memory of an experiment depends on. */
final class MemoryPlans {
  private MemoryPlans() {}

  static MemoryPlan.Sizes sizes(
      Prepared prepared, LearningNetworks learning, long learnt, long updater, SparkContext spark) {
    ExperimentConfig config = prepared.config();
    InputType input = prepared.factory().input();
    long teacherBytes =
        frozen(prepared).stream().mapToLong(teacher -> teacher.taps().bytes()).sum();
    long largestOfTeachers =
        frozen(prepared).stream()
            .flatMapToLong(teacher -> activations(teacher.network().description()))
            .max()
            .orElse(0);
    ComputationGraphConfiguration student = learning.evaluated();
    long example = 1;
    for (int size : prepared.shape()) {
      example *= size;
    }
    // One example is together, however large it is.
    long segment = Math.max((long) config.data().blockMib() << 20, Float.BYTES * example);
    return new MemoryPlan.Sizes(
        learnt,
        updater,
        teacherBytes,
        activations(student, input).sum(),
        largestOfTeachers,
        prepared.workers(),
        tasks(spark, prepared.workers()),
        config.schedule().batchSize(),
        segment);
  }

  /** A teacher that learns is one of the learning networks. */
  private static Collection<Prepared.Teacher> frozen(Prepared prepared) {
    return prepared.frozenTeachers() == null ? List.of() : prepared.teachers().values();
  }

  private static LongStream activations(NetworkDescription network) {
    return network.vertices().stream()
        .mapToLong(vertex -> vertex.rows() * vertex.shape().stream().reduce(1L, (a, b) -> a * b));
  }

  private static LongStream activations(ComputationGraphConfiguration conf, InputType input) {
    return Activations.of(conf, input).values().stream().mapToLong(Activation::elements);
  }

  /** Executors that are there tell; Spark's settings do not always. */
  private static int tasks(SparkContext spark, int workers) {
    int slots =
        spark.isLocal()
            ? spark.defaultParallelism()
            : Executor.of(spark).stream()
                .mapToInt(Executor::slots)
                .max()
                .orElse(
                    spark.conf().getInt("spark.executor.cores", 1)
                        / spark.conf().getInt("spark.task.cpus", 1));
    return Math.max(1, Math.min(slots, workers));
  }

  /** A network that learns from labels, as its worker would have it. */
  static WorkerPlan supervised(ExperimentConfig config, LearningNetworks learning) {
    return new WorkerPlan(
        "trial",
        learning.trained().toJson(),
        null,
        new TrainingOptions(config.schedule(), 1, 1, Learners.ALL, config.seed()),
        config.seed());
  }
}
