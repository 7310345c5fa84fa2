package io.limbeck.spark.preparation;

import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.DataFreeDistillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.GeneratorSchedule;
import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.DataFreeStep;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.zoo.Generators;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;

/** What workers need to know of a generator. */
final class GeneratorPlan {
  static final String DISTILLER_KEY = "algorithm.generator_distiller";

  private GeneratorPlan() {}

  static WorkerPlan.Generator of(
      ExperimentConfig config, DataFree algorithm, int[] shape, long seed) {
    requireImages(algorithm, shape);
    GeneratorSchedule own = algorithm.generatorSchedule();
    ScheduleConfig schedule =
        new ScheduleConfig(
            config.schedule().epochs(),
            config.schedule().batchSize(),
            own.updater(),
            own.weightDecay(),
            own.lrSchedule());
    return new WorkerPlan.Generator(
        Generators.of(algorithm.generator(), shape[0], seed, DataType.FLOAT).toJson(),
        algorithm.generator().latentDim(),
        algorithm.generatorDistiller(),
        DISTILLER_KEY,
        new TrainingOptions(schedule, algorithm.stepsPerEpoch(), 0, Learners.GENERATOR, seed),
        turns(algorithm));
  }

  private static void requireImages(DataFree algorithm, int[] shape) {
    int side = algorithm.generator().imgSize();
    if (shape.length != 3 || shape[1] != side || shape[2] != side) {
      throw new UserException(
          "'algorithm.generator.img_size' is %d but the examples have shape %s"
              .formatted(side, Arrays.toString(shape)));
    }
  }

  private static DataFreeStep.Plan turns(DataFree algorithm) {
    if (algorithm instanceof DataFreeDistillation each) {
      return new DataFreeStep.Plan(
          each.studentTrainFirst()
              ? DataFreeStep.Order.STUDENT_FIRST
              : DataFreeStep.Order.GENERATOR_FIRST,
          each.studentIter());
    }
    return new DataFreeStep.Plan(DataFreeStep.Order.TOGETHER, 1);
  }
}
