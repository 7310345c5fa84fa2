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
    @Key("Where results go") OutputConfig output)
    implements Serializable {

  /** Checks what keys of one block ask of another. */
  public ExperimentConfig {
    boolean dataFree = algorithm instanceof AlgorithmConfig.DataFree;
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
    if (averaging.frequencySchedule() instanceof FrequencySchedule.PostLocal postLocal) {
      postLocal.fromEpoch(schedule.lrSchedule());
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
