package io.limbeck.spark.preparation;

import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.spark.model.MemoryEstimate;
import io.limbeck.spark.model.MemoryPlan;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.model.TeacherModel;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An experiment of which everything is known that can be known before training.
 *
 * @param config what is wanted
 * @param shape of one example
 * @param workers partitions
 * @param factory makes the student for a seed
 * @param memory of the student's training
 * @param sizes what the memory of driver and executors depends on
 * @param warnings where Spark is set up for less
 * @param distilling null for learning from labels alone
 * @param teachers by name; one alone has the empty name; none where the student is its own
 */
public record Prepared(
    ExperimentConfig config,
    int[] shape,
    int workers,
    ModelFactory factory,
    MemoryEstimate memory,
    MemoryPlan.Sizes sizes,
    List<String> warnings,
    Distilling distilling,
    Map<String, Teacher> teachers) {
  /** The config key of an earlier experiment to start from. */
  static final String INIT_KEY = "algorithm.init_cfg.checkpoint";

  /**
   * A teacher, ready to travel.
   *
   * @param network whole, as its file has it
   * @param taps the part up to the recorded vertices
   * @param classifier the part up to the class scores, to be evaluated; null where it has none
   */
  public record Teacher(TeacherModel network, FrozenTeacher taps, FrozenTeacher classifier) {}

  /**
   * What is distilled.
   *
   * @param distiller the losses between student and teacher
   * @param plan what the workers need to know
   * @param exits early ones of the student
   */
  public record Distilling(Distiller distiller, WorkerPlan.Distillation plan, Exits exits) {}

  /** The same of a config with other folders. */
  public Prepared of(ExperimentConfig other) {
    return new Prepared(
        other, shape, workers, factory, memory, sizes, warnings, distilling, teachers);
  }

  /** The same with what it needs. */
  Prepared with(MemoryPlan.Sizes needed, List<String> lacking) {
    return new Prepared(
        config, shape, workers, factory, memory, needed, lacking, distilling, teachers);
  }

  /** What driver and executors need. */
  MemoryPlan plan() {
    return MemoryPlan.of(sizes);
  }

  /** The teachers as they travel; null without any that is frozen. */
  public FrozenTeachers frozenTeachers() {
    if (teachers.isEmpty() || distilling.plan().teacherLearns()) {
      return null;
    }
    Map<String, FrozenTeacher> networks = new LinkedHashMap<>();
    teachers.forEach((name, teacher) -> networks.put(name, teacher.taps()));
    return new FrozenTeachers(networks);
  }

  /** What makes images instead of data, for a seed; null where there are data. */
  public WorkerPlan.Generator generator(long seed) {
    return config.algorithm() instanceof DataFree dataFree
        ? GeneratorPlan.of(config, dataFree, shape, seed)
        : null;
  }
}
