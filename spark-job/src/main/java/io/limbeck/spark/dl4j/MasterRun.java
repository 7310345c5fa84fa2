package io.limbeck.spark.dl4j;

import io.limbeck.core.config.AveragingConfig.UpdaterState;
import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.dl4j.graph.Describer;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.data.RoundBlocks;
import io.limbeck.spark.model.ModelFactory;
import io.limbeck.spark.monitor.DistillationEvent;
import io.limbeck.spark.monitor.Monitor;
import io.limbeck.spark.plugin.Monitoring;
import io.limbeck.spark.precision.FloatArray;
import io.limbeck.spark.round.RoundEngine;
import io.limbeck.spark.round.TrainingState;
import io.limbeck.spark.worker.DistillationWorker;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.RoundStart;
import io.limbeck.spark.worker.RoundState;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;

/** One student under a {@link DistillationTrainingMaster}, from epoch to epoch. */
final class MasterRun implements AutoCloseable {
  private static final String TITLE = "distilled";
  private static final String LOOK = "look at the examples";

  private final JavaSparkContext spark;
  private final MasterSettings settings;
  private final ParameterLayout studentLayout;
  private final ParameterLayout graphLayout;
  private final Broadcast<WorkerPlan> plan;
  private final Broadcast<FrozenTeachers> teacher;
  private final ComputationGraph student;
  private final Monitor monitor;
  private TrainingState state;
  private int epoch;

  MasterRun(
      JavaSparkContext spark,
      ComputationGraph student,
      ComputationGraph teacher,
      JavaRDD<Block> blocks,
      MasterSettings settings) {
    this.spark = spark;
    this.settings = settings;
    this.student = student;
    spark.setJobDescription(LOOK);
    ComputationGraphConfiguration studentForm = LogitsForm.of(student.getConfiguration());
    ComputationGraphConfiguration teacherForm = LogitsForm.of(teacher.getConfiguration());
    InputType input = input(blocks);
    NetworkDescription studentNetwork = Describer.describe(Networks.blank(studentForm), input);
    NetworkDescription teacherNetwork = Describer.describe(Networks.blank(teacherForm), input);
    Distiller distiller =
        new Distiller(settings.distiller(), "distiller", studentNetwork, teacherNetwork);
    int steps = steps(blocks);
    TrainingOptions options =
        new TrainingOptions(
            settings.schedule(),
            steps,
            settings.studentLossWeight(),
            Learners.ALL,
            settings.seed());
    WorkerPlan plan =
        new WorkerPlan(
            UUID.randomUUID().toString(),
            studentForm.toJson(),
            new WorkerPlan.Distillation(
                settings.distiller(), "distiller", studentNetwork, teacherNetwork),
            options,
            settings.seed());
    FrozenTeachers frozen =
        FrozenTeachers.of(FrozenNetwork.of(teacherForm, teacher, distiller.teacherVertices()));
    Workplace here = Workplace.of(plan, frozen);
    this.studentLayout = ParameterLayout.of(student);
    this.graphLayout = ParameterLayout.of(here.network());
    Map<String, LossState> lossStates = new LinkedHashMap<>();
    settings
        .distiller()
        .distillLosses()
        .forEach(
            (name, loss) ->
                loss.initialState(settings.seed())
                    .ifPresent(initial -> lossStates.put(name, initial)));
    this.state = TrainingState.start(Networks.parameters(here.network()), lossStates);
    this.plan = spark.broadcast(plan);
    this.teacher = spark.broadcast(frozen);
    Monitoring.begin(spark.sc());
    this.monitor =
        Monitor.begin(
            spark.sc(),
            new DistillationEvent.Training(
                "SparkComputationGraph",
                TITLE,
                settings.seed(),
                settings.schedule().epochs(),
                steps,
                Map.of(),
                List.of()));
  }

  /** Mini-batches of the largest partition; every call to fit may bring another RDD. */
  private static int steps(JavaRDD<Block> blocks) {
    return blocks.map(block -> block.steps(1)).collect().stream()
        .mapToInt(Integer::intValue)
        .max()
        .orElse(0);
  }

  private static InputType input(JavaRDD<Block> blocks) {
    long[] shape =
        blocks
            .filter(block -> block.size() > 0)
            .map(block -> block.inOrder(1).batch(0).features().shape())
            .first();
    return ModelFactory.inputType(
        Arrays.stream(shape).skip(1).mapToInt(Math::toIntExact).toArray());
  }

  /**
   * Whether this is the very network that is trained here; one with equal parameters is another.
   */
  @SuppressWarnings("ReferenceEquality")
  boolean trains(ComputationGraph network) {
    return network == student;
  }

  void epoch(
      ComputationGraph network, JavaRDD<Block> blocks, Collection<TrainingListener> listeners) {
    spark.setJobDescription(LOOK);
    RoundEngine engine =
        new RoundEngine(
            spark,
            TITLE,
            (ofEpoch, firstStep, steps) -> RoundBlocks.of(blocks),
            plan,
            teacher,
            settings.averaging(),
            steps(blocks),
            graphLayout.statistics(0));
    state =
        engine.epoch(
            state.withParameters(parameters(network)),
            epoch,
            (summary, after) -> {
              monitor.round(summary);
              show(network, after.parameters());
              network.setScore(
                  summary.losses().values().stream().mapToDouble(Double::doubleValue).sum());
              listeners.forEach(
                  listener -> listener.iterationDone(network, summary.round(), summary.epoch()));
            });
    show(network, state.parameters());
    epoch++;
  }

  DistillationWorker worker(ComputationGraph network) {
    RoundState start =
        new RoundState(
            FloatArray.of(parameters(network)),
            FloatArray.of(state.updaterState()),
            state.lossStates(),
            epoch,
            0,
            settings.averaging().frequency(),
            epoch * plan.value().options().stepsPerEpoch(),
            settings.averaging().updaterState() != UpdaterState.RESET,
            settings.averaging().deltas());
    return new DistillationWorker(plan, teacher, RoundStart.of(spark, start), 0);
  }

  private float[] parameters(ComputationGraph network) {
    return studentLayout.over(Networks.parameters(network), graphLayout, state.parameters());
  }

  private void show(ComputationGraph network, float[] parameters) {
    network.setParams(Networks.vector(graphLayout.convert(parameters, studentLayout)));
  }

  @Override
  public void close() {
    plan.destroy();
    teacher.destroy();
  }
}
