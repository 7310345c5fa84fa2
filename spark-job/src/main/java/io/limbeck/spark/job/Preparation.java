package io.limbeck.spark.job;

import io.limbeck.core.config.AlgorithmConfig.Distillation;
import io.limbeck.core.config.AlgorithmConfig.SingleTeacherDistill;
import io.limbeck.core.config.BatchAugment;
import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.connector.Connector;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.error.UserException;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.dl4j.store.ConnectorFile;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.model.MemoryEstimate;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.WorkerPlan;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds out on the driver, before the cluster is used, whether an experiment can work. */
public final class Preparation {
  private static final String ALGORITHM_KEY = "algorithm";

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
    int[] shape = new DataLoader(spark, config.data()).shape();
    requireImages(config.data(), shape);
    requireContrastUsed(config);
    ModelFactory factory = new ModelFactory(storage, shape, config.data().numClasses());
    ComputationGraphConfiguration conf =
        factory.configuration(
            config.algorithm().architecture(), Prepared.STUDENT_KEY, config.seed());
    int workers = workers(config);
    MemoryEstimate memory = memory(conf, factory.input(), config, workers);
    memory.requireFits(Prepared.STUDENT_KEY);
    Prepared.Teacher teacher = null;
    Prepared.Distilling distilling = null;
    if (config.algorithm() instanceof Distillation distill) {
      ComputationGraph network =
          distill instanceof SingleTeacherDistill single
              ? factory.teacher(single, ALGORITHM_KEY)
              : null;
      distilling = distilling(factory, distill, conf, network);
      teacher = network == null ? null : teacher(network, distilling);
      WorkerPlan plan = trialPlan(config, distill, conf, distilling);
      TrialStep.run(plan, teacher == null ? null : teacher.taps(), shape, classes(config));
    }
    return new Prepared(config, shape, workers, factory, memory, distilling, teacher);
  }

  private static void requireImages(DataConfig data, int[] shape) {
    boolean cuts = data.batchAugments().stream().anyMatch(BatchAugment.CutMix.class::isInstance);
    if (cuts && shape.length != 3) {
      throw new UserException(
          "'data.batch_augments' has a CutMix, which cuts images, but the examples have shape "
              + Arrays.toString(shape));
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

  private static int classes(ExperimentConfig config) {
    return config.data().numClasses();
  }

  private static WorkerPlan trialPlan(
      ExperimentConfig config,
      Distillation distill,
      ComputationGraphConfiguration student,
      Prepared.Distilling distilling) {
    double taskLossWeight = distill.calculateStudentLoss() ? distill.studentLossWeight() : 0;
    return new WorkerPlan(
        "trial",
        LogitsForm.of(student).toJson(),
        distilling.plan(),
        new TrainingOptions(
            config.schedule(),
            1,
            taskLossWeight,
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

  private int workers(ExperimentConfig config) {
    Integer wanted = config.averaging().workers();
    return wanted == null ? spark.sparkContext().defaultParallelism() : wanted;
  }

  private static Prepared.Teacher teacher(
      ComputationGraph network, Prepared.Distilling distilling) {
    ComputationGraphConfiguration logitsForm = LogitsForm.of(network.getConfiguration());
    return new Prepared.Teacher(
        network,
        FrozenNetwork.of(logitsForm, network, distilling.distiller().teacherVertices()),
        FrozenNetwork.of(logitsForm, network, List.of(LogitsForm.logits(logitsForm))));
  }

  /** Without a teacher the student is its own. */
  private Prepared.Distilling distilling(
      ModelFactory factory,
      Distillation algorithm,
      ComputationGraphConfiguration studentConf,
      ComputationGraph teacherNetwork) {
    NetworkDescription student = description(studentConf, factory.input());
    NetworkDescription teacher =
        teacherNetwork == null
            ? student
            : description(teacherNetwork.getConfiguration(), factory.input());
    String key = ALGORITHM_KEY + ".distiller";
    Distiller distiller =
        teacherNetwork == null
            ? Distiller.ofItself(algorithm.distiller(), key, student)
            : new Distiller(algorithm.distiller(), key, student, teacher);
    return new Prepared.Distilling(
        distiller,
        new WorkerPlan.Distillation(
            algorithm.distiller(),
            key,
            student,
            teacher,
            connectorWeights(distiller, algorithm, key)));
  }

  private static NetworkDescription description(
      ComputationGraphConfiguration conf, InputType input) {
    return Describer.describe(Networks.blank(LogitsForm.of(conf)), input);
  }

  /** The weights of connectors that an earlier experiment trained. */
  private Map<String, INDArray> connectorWeights(
      Distiller distiller, Distillation algorithm, String key) {
    Map<String, INDArray> weights = new LinkedHashMap<>();
    if (algorithm.initCfg() != null) {
      String file = algorithm.initCfg().checkpoint() + "/connectors.npz";
      if (storage.exists(file)) {
        Map<String, INDArray> all = ConnectorFile.read(storage.read(file, Prepared.INIT_KEY), file);
        distiller.connectors().stream()
            .map(PlannedConnector::name)
            .forEach(name -> weights.putAll(ConnectorFile.connector(all, name)));
      }
    }
    requireWeights(distiller, weights, key);
    return weights;
  }

  private static void requireWeights(
      Distiller distiller, Map<String, INDArray> weights, String key) {
    for (PlannedConnector connector : distiller.connectors()) {
      boolean needed = connector.chain().connectors().stream().anyMatch(Connector::needsWeights);
      String prefix = "connectors." + connector.name() + ".";
      if (needed && weights.keySet().stream().noneMatch(name -> name.startsWith(prefix))) {
        throw new UserException(
            ("'%s.connectors.%s' is frozen, so its weights must come from an earlier experiment: name its output folder in"
                    + " '%s', whose connectors.npz must hold a connector of that name")
                .formatted(key, connector.name(), Prepared.INIT_KEY));
      }
    }
  }
}
