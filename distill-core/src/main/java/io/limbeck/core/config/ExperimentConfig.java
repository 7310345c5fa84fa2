package io.limbeck.core.config;

import io.limbeck.core.error.UserException;
import io.limbeck.core.schema.Key;
import java.io.Serializable;

/**
 * A whole config file.
 *
 * @param name what the experiment is called
 * @param seed the seed of the first run
 * @param repeats how many runs, with seeds seed, seed + 1, ...
 * @param studentAlone whether the student is also trained without its teacher
 * @param algorithm networks and how they learn
 * @param data examples
 * @param schedule how long and how fast
 * @param averaging how the partitions' students become one
 * @param checkpoint when the state is kept
 * @param teacherCache where what the teacher puts out is kept; null for nowhere
 * @param output where results go
 */
public record ExperimentConfig(
    @Key("Name of the experiment, as method_location_teacher_student_data") String name,
    @Key(
            value = "Seed of the first run: initial weights, order of examples, augmentation",
            def = "1",
            min = 0)
        long seed,
    @Key(
            value =
                "Number of runs, with seeds seed, seed + 1, ...; the report gives mean and deviation",
            def = "1",
            min = 1)
        int repeats,
    @Key(
            value =
                "Whether the student is also trained without the teacher, with the same seeds and schedule, so that the"
                    + " report can say what distillation gained",
            def = "false")
        boolean studentAlone,
    @Key("The networks and how they learn") AlgorithmConfig algorithm,
    @Key("The examples") DataConfig data,
    @Key(value = "How long and how fast the student learns", def = "{}") ScheduleConfig schedule,
    @Key(value = "How the partitions' students become one", def = "{}") AveragingConfig averaging,
    @Key(value = "When the training's state is kept", def = "{}") CheckpointConfig checkpoint,
    @Key(
            value =
                "Keeps what the teacher puts out for the training examples, so that it need not run again; by default it runs"
                    + " in every step",
            optional = true)
        TeacherCacheConfig teacherCache,
    @Key("Where results go") OutputConfig output)
    implements Serializable {

  /** Checks what keys of one block ask of another. */
  public ExperimentConfig {
    if (algorithm instanceof MultiStage stages) {
      requireStages(stages, teacherCache);
    } else {
      requireFitting(algorithm, data, studentAlone, schedule, averaging, teacherCache);
    }
  }

  private static void requireStages(MultiStage stages, TeacherCacheConfig teacherCache) {
    if (teacherCache != null) {
      throw new UserException(
          "'teacher_cache' is given for all stages: give it to those in 'algorithm.stages' that have one frozen teacher");
    }
    stages
        .stages()
        .forEach(
            (name, stage) -> {
              try {
                requireFitting(
                    stage.algorithm(),
                    stage.data(),
                    false,
                    stage.schedule(),
                    stage.averaging(),
                    stage.teacherCache());
              } catch (UserException e) {
                throw new UserException(
                    e.problems().stream()
                        .map(problem -> "Stage '%s': %s".formatted(name, problem))
                        .toList());
              }
            });
  }

  private static void requireFitting(
      AlgorithmConfig algorithm,
      DataConfig data,
      boolean studentAlone,
      ScheduleConfig schedule,
      AveragingConfig averaging,
      TeacherCacheConfig teacherCache) {
    boolean dataFree = algorithm instanceof DataFree;
    if (!dataFree && data.train() == null) {
      throw new UserException("'data.train' is missing: examples that are learnt from");
    }
    if (dataFree && data.train() != null) {
      throw new UserException(
          "'data.train' is given, but data-free distillation reads no training examples: set it to null");
    }
    if (dataFree && !data.augment().isEmpty()) {
      throw new UserException(
          "'data.augment' changes training examples, but data-free distillation has none");
    }
    if (dataFree && studentAlone) {
      throw new UserException(
          "'student_alone' is true, but data-free distillation has no labelled examples for a student alone");
    }
    if (dataFree && data.contrast() != null) {
      throw new UserException(
          "'data.contrast' compares training examples, but data-free distillation has none");
    }
    if (dataFree && averaging.recomputeBatchNorm() != null) {
      throw new UserException(
          "'averaging.recompute_batch_norm' needs training examples, but data-free distillation has none");
    }
    requireCacheable(algorithm, data, teacherCache);
    if (algorithm instanceof Distillation distillation) {
      requireStoppable(distillation);
    }
    if (algorithm instanceof SingleTeacherDistill single
        && single.teacherTrainable()
        && !single.studentTrainable()) {
      throw new UserException(
          "'algorithm.teacher_trainable' is true and 'algorithm.student_trainable' false: let the network that learns be the"
              + " student");
    }
    if (averaging.frequencySchedule() instanceof FrequencySchedule.PostLocal postLocal) {
      postLocal.fromEpoch(schedule.lrSchedule());
    }
  }

  /** Once distillation has stopped there is nothing but labels, and nothing of a teacher. */
  private static void requireStoppable(Distillation algorithm) {
    if (algorithm.stopEpoch() == null) {
      return;
    }
    String since =
        "'algorithm.stop_epoch' is %d, from which epoch on the student learns from labels alone, but "
            .formatted(algorithm.stopEpoch());
    if (!algorithm.studentTrainable()) {
      throw new UserException(since + "'algorithm.student_trainable' is false");
    }
    if (!algorithm.calculateStudentLoss() || algorithm.studentLossWeight() == 0) {
      throw new UserException(
          since
              + "'algorithm.calculate_student_loss' is %s and 'algorithm.student_loss_weight' %s"
                  .formatted(algorithm.calculateStudentLoss(), algorithm.studentLossWeight()));
    }
    algorithm
        .distiller()
        .moduleDeliveries()
        .forEach(
            name -> {
              throw new UserException(
                  since
                      + "'algorithm.distiller.distill_deliveries.%s' has a part of it be the teacher's in every step"
                          .formatted(name));
            });
  }

  /** A cache has what a teacher puts out for an example, whatever else is in its mini-batch. */
  private static void requireCacheable(
      AlgorithmConfig algorithm, DataConfig data, TeacherCacheConfig cache) {
    if (cache == null) {
      return;
    }
    if (!(algorithm instanceof SingleTeacherDistill single)) {
      throw new UserException(
          "'teacher_cache' keeps what one frozen teacher puts out for training examples, but 'algorithm.type' %s has %s"
              .formatted(
                  algorithm.getClass().getSimpleName(),
                  algorithm instanceof MultiTeacherDistill ? "several" : "none"));
    }
    if (single.teacherTrainable() || !single.teacherNormEval()) {
      throw new UserException(
          "'teacher_cache' keeps what the teacher puts out for each example once and for all, but with '%s' %s"
              .formatted(
                  single.teacherTrainable()
                      ? "algorithm.teacher_trainable"
                      : "algorithm.teacher_norm_eval",
                  single.teacherTrainable()
                      ? "true it changes"
                      : "false it depends on the rest of the mini-batch"));
    }
    if (!data.batchAugments().isEmpty()) {
      throw new UserException(
          "'teacher_cache' keeps what the teacher puts out for each example, but 'data.batch_augments' mixes those of a"
              + " mini-batch: leave out one of the two");
    }
    if (!data.augment().isEmpty() && data.views() == null) {
      throw new UserException(
          "'teacher_cache' needs a finite number of views of each example, but 'data.augment' makes a new one in every"
              + " epoch: set 'data.views', for example to 16");
    }
  }

  /**
   * The seeds of the runs.
   *
   * @return {@code repeats} seeds, the first one first
   */
  public java.util.List<Long> seeds() {
    return java.util.stream.LongStream.range(seed, seed + repeats).boxed().toList();
  }
}
