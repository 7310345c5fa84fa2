package io.limbeck.spark.preparation;

import io.limbeck.core.config.BatchAugment;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.Executor;
import io.limbeck.spark.device.ExecutorGpus;
import io.limbeck.spark.device.GpuCheck;
import io.limbeck.spark.device.GpuDemand;
import io.limbeck.spark.model.MemoryEstimate;
import io.limbeck.spark.model.MemoryPlan;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Finds out on the driver, before anything is trained, whether an experiment can work. */
public final class Preparation {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SparkSession spark;
  private final Storage storage;

  /**
   * A preparation.
   *
   * @param spark the session
   */
  public Preparation(SparkSession spark) {
    this.spark = spark;
    this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
  }

  /**
   * Checks an experiment against its data, its models and this machine.
   *
   * @param config what is wanted
   * @return all that training needs
   * @throws io.limbeck.core.error.UserException with what is wrong
   */
  public Prepared prepare(ExperimentConfig config) {
    return prepare(config, new DataLoader(spark, config.data()));
  }

  /**
   * The same where examples may be handed over by a program.
   *
   * @param config what is wanted
   * @param loader of its data
   */
  public Prepared prepare(ExperimentConfig config, DataLoader loader) {
    GpuCheck.requireOnDriver();
    ExecutorGpus.require(new JavaSparkContext(spark.sparkContext()), () -> tasksAtOnce(config));
    List<Integer> declared = config.data().shape();
    if (declared == null) {
      return prepare(config, loader.shape());
    }
    // Spark takes seconds for its first look at data, in which all else can go on.
    int[] shape = declared.stream().mapToInt(Integer::intValue).toArray();
    Background<Prepared> rest = Background.start("models", () -> prepare(config, shape));
    try {
      // What is wrong with the data is told first: the rest may be wrong because of it.
      loader.shape();
      return rest.await();
    } finally {
      rest.ifDone();
    }
  }

  private Prepared prepare(ExperimentConfig config, int... shape) {
    requireImages(config.data(), shape);
    requireContrastUsed(config);
    ModelFactory factory = new ModelFactory(storage, shape, config.data());
    LearningNetworks learning =
        new LearningNetworks(
            config.algorithm(), Mode.of(config.algorithm()), factory, config.seed());
    ComputationGraphConfiguration conf = learning.trained();
    int workers = workers(config);
    MemoryEstimate memory = memory(conf, factory.input(), config, workers);
    memory.requireFits(learning.key());
    if (!(config.algorithm() instanceof Distillation distill)) {
      Prepared prepared =
          new Prepared(config, shape, workers, factory, memory, null, List.of(), null, Map.of());
      WorkerPlan plan = MemoryPlans.supervised(config, learning);
      Workplace here = Workplace.of(plan, null);
      return planned(
          prepared, learning, here.parametersCopy().length, here.updaterStateCopy().length);
    }
    Assembly assembly = Assembly.of(distill, learning, factory, storage);
    Prepared prepared =
        new Prepared(
            config,
            shape,
            workers,
            factory,
            memory,
            null,
            List.of(),
            assembly.distilling(),
            assembly.teachers());
    requireCacheable(prepared);
    WorkerPlan plan = trialPlan(prepared, learning);
    long[] numbers = TrialStep.run(plan, prepared.frozenTeachers(), shape, config.data());
    return planned(prepared, learning, numbers[0], numbers[1]);
  }

  private Prepared planned(
      Prepared prepared, LearningNetworks learning, long learnt, long updater) {
    MemoryPlan.Sizes sizes =
        MemoryPlans.sizes(prepared, learning, learnt, updater, spark.sparkContext());
    List<String> warnings = new ArrayList<>(GpuCheck.warnings(spark.sparkContext().conf()));
    warnings.addAll(
        MemoryPlan.of(sizes)
            .warnings(
                spark.sparkContext().conf(),
                spark.sparkContext().isLocal(),
                Runtime.getRuntime().maxMemory()));
    return prepared.with(sizes, warnings);
  }

  private static void requireImages(DataConfig data, int[] shape) {
    boolean cuts = data.batchAugments().stream().anyMatch(BatchAugment.CutMix.class::isInstance);
    if (cuts && shape.length != 3) {
      throw new UserException(
          "'data.batch_augments' has a CutMix, which cuts images, but the examples have shape "
              + Arrays.toString(shape));
    }
  }

  /** What depends on more of the teacher than its outputs cannot be kept. */
  private static void requireCacheable(Prepared prepared) {
    if (prepared.config().teacherCache() != null
        && !prepared.distilling().distiller().teacherIsPure()) {
      throw new UserException(
          "'teacher_cache' keeps what the teacher's modules put out, but 'algorithm.distiller' watches or delivers calls of"
              + " methods while it runs: leave out one of the two");
    }
  }

  private static void requireContrastUsed(ExperimentConfig config) {
    boolean used =
        config.algorithm() instanceof Distillation distill
            && distill.distiller().distillLosses().values().stream()
                .flatMap(loss -> loss.arguments().stream())
                .anyMatch(argument -> argument.kind() == LossArgument.Kind.SAMPLES);
    if (config.data().contrast() != null && !used) {
      throw new UserException(
          "'data.contrast' says what examples are compared with, but no loss takes data samples; CRDLoss does");
    }
  }

  /**
   * What a worker needs to know to make the networks of a distillation, of a run without a number
   * of steps, contrast or earlier connectors.
   *
   * @param prepared the experiment
   * @param learning its networks that learn
   */
  public static WorkerPlan trialPlan(Prepared prepared, LearningNetworks learning) {
    ExperimentConfig config = prepared.config();
    Distillation distill = (Distillation) config.algorithm();
    return new WorkerPlan(
        "trial",
        learning.trained().toJson(),
        prepared.distilling().plan(),
        prepared.generator(config.seed()),
        new TrainingOptions(
            config.schedule(),
            1,
            learning.taskLosses(),
            Learners.of(distill.studentTrainable()),
            config.seed()),
        config.data().batchAugments(),
        null,
        config.seed());
  }

  private MemoryEstimate memory(
      ComputationGraphConfiguration conf, InputType input, ExperimentConfig config, int workers) {
    int slots = spark.sparkContext().isLocal() ? spark.sparkContext().defaultParallelism() : 1;
    return MemoryEstimate.of(conf, input, config.schedule(), Math.min(slots, workers), workers);
  }

  /** Where GPUs are short, more partitions than they take would wait for each other. */
  private int slots() {
    SparkContext context = spark.sparkContext();
    int byCores = context.defaultParallelism();
    GpuDemand gpus = GpuDemand.of(context.conf());
    if (!gpus.any()) {
      return byCores;
    }
    OptionalInt asked = gpus.slotsAskedFor(context.conf());
    if (asked.isPresent()) {
      return asked.getAsInt();
    }
    Executor.await(context, byCores, PATIENCE);
    int byGpus = Executor.of(context).stream().mapToInt(Executor::slots).sum();
    return byGpus == 0 ? byCores : byGpus;
  }

  /** Once executors have come for them: who comes later is not looked at. */
  private int tasksAtOnce(ExperimentConfig config) {
    int tasks = workers(config);
    Executor.await(spark.sparkContext(), tasks, PATIENCE);
    return tasks;
  }

  private int workers(ExperimentConfig config) {
    Integer wanted = config.averaging().workers();
    return wanted == null ? slots() : wanted;
  }
}
