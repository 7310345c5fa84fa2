package io.limbeck.core.config;

import io.limbeck.core.distiller.DistillerConfig;

/**
 * Distillation without data: a generator makes the images of noise. The student learns from its
 * teachers' answers to them, the generator from losses on both's answers.
 */
public sealed interface DataFree extends SeveralTeachers
    permits DataFreeDistillation, DaflDataFreeDistillation {
  /** What makes images. */
  GeneratorConfig generator();

  /** What the generator learns from. */
  DistillerConfig generatorDistiller();

  /** How fast it learns. */
  GeneratorSchedule generatorSchedule();

  /** Steps of each partition that count as an epoch. */
  int stepsPerEpoch();

  @Override
  default boolean studentTrainable() {
    return true;
  }

  /** There are no labels. */
  @Override
  default boolean calculateStudentLoss() {
    return false;
  }

  @Override
  default double studentLossWeight() {
    return 0;
  }

  @Override
  default Integer stopEpoch() {
    return null;
  }
}
