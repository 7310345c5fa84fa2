package io.limbeck.spark.worker;

import io.limbeck.core.config.BatchAugment;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.DistillerConfig;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.DataFreeStep;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.data.ContrastSampler;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything about a run that stays the same from round to round, but the teacher, which is shared
 * by runs.
 *
 * @param id unique, under which an executor keeps the networks that it made
 * @param student the student's configuration in logits form, as JSON
 * @param distillation null for learning from labels alone
 * @param generator makes the images; null where there are data
 * @param options updater, learning rate, weight of the task loss
 * @param batchAugments ways of mixing the examples of a mini-batch
 * @param contrast draws what examples are compared with; null where losses do so themselves
 * @param seed of the run
 */
public record WorkerPlan(
    String id,
    String student,
    Distillation distillation,
    Generator generator,
    TrainingOptions options,
    List<BatchAugment> batchAugments,
    ContrastSampler contrast,
    long seed)
    implements Serializable {

  /**
   * Of mini-batches that are not mixed.
   *
   * @param id unique, under which an executor keeps the networks that it made
   * @param student the student's configuration in logits form, as JSON
   * @param distillation null for learning from labels alone
   * @param options updater, learning rate, weight of the task loss
   * @param seed of the run
   */
  public WorkerPlan(
      String id, String student, Distillation distillation, TrainingOptions options, long seed) {
    this(id, student, distillation, null, options, List.of(), null, seed);
  }

  /** Steps that a partition takes in an epoch. */
  int stepsPerEpoch() {
    return Math.max(1, (generator == null ? options : generator.options()).stepsPerEpoch());
  }

  /**
   * The student's learning rate.
   *
   * @param step of a partition, from the start of the training
   */
  public double learningRate(int step) {
    return options.learningRate().at(step * studentIter());
  }

  /** Mini-batches of the student in a step. */
  int studentIter() {
    return generator == null ? 1 : generator.turns().studentIter();
  }

  /**
   * What distillation without data adds.
   *
   * @param configuration the generator's, DL4J's JSON
   * @param latent numbers of noise that an image is made of
   * @param distiller what it learns from
   * @param key where that block stands in the file
   * @param options how it learns
   * @param turns how student and generator take turns
   */
  public record Generator(
      String configuration,
      int latent,
      DistillerConfig distiller,
      String key,
      TrainingOptions options,
      DataFreeStep.Plan turns)
      implements Serializable {}

  /**
   * What distillation adds.
   *
   * @param distiller the config's block
   * @param key where the block stands in the file
   * @param student what can be recorded in the student
   * @param teacher what can be recorded in the teacher
   * @param teacherLearns whether the teacher is in the student's graph, and gradients go to it, too
   * @param connectorWeights weights of connectors that an earlier experiment trained, by full name
   * @param stopEpoch the epoch, from 0, from which the student learns from labels alone; null for
   *     none
   */
  public record Distillation(
      DistillerConfig distiller,
      String key,
      NetworkDescription student,
      NetworkDescription teacher,
      boolean teacherLearns,
      Map<String, INDArray> connectorWeights,
      Integer stopEpoch)
      implements Serializable {

    /**
     * With frozen teachers, from the start to the end.
     *
     * @param distiller the config's block
     * @param key where the block stands in the file
     * @param student what can be recorded in the student
     * @param teacher what can be recorded in the teacher
     */
    public Distillation(
        DistillerConfig distiller,
        String key,
        NetworkDescription student,
        NetworkDescription teacher) {
      this(distiller, key, student, teacher, false, Map.of(), null);
    }

    /** The losses, found to fit before. */
    public Distiller losses() {
      return teacherLearns
          ? Distiller.ofBoth(distiller, key, student, teacher)
          : new Distiller(distiller, key, student, teacher);
    }

    /** Whether distillation has stopped before this epoch, from 0. */
    boolean hasStopped(int epoch) {
      return stopEpoch != null && epoch >= stopEpoch;
    }
  }
}
