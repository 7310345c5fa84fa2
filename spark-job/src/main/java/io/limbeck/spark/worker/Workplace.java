package io.limbeck.spark.worker;

import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.loss.LossState;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.graph.ConnectorGraph;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.StudentPlan;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.TrainingGraph;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A student and its teacher, made once and used by one task at a time. Everything that a round
 * depends on is set at its start, so it does not matter which workplace serves it.
 */
public final class Workplace {
  private final DistillationStep step;
  private final ComputationGraph network;

  private Workplace(DistillationStep step) {
    this.step = step;
    this.network = step.student().network();
  }

  /**
   * A workplace of this JVM.
   *
   * @param plan of the run
   * @param teacher null without one, or where the student is its own
   * @throws io.limbeck.core.error.UserException when a connector cannot be built
   */
  public static Workplace of(WorkerPlan plan, FrozenNetwork teacher) {
    ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(plan.student());
    WorkerPlan.Distillation distillation = plan.distillation();
    if (distillation == null) {
      return new Workplace(
          DistillationStep.supervised(
              TrainingGraph.supervised(conf, plan.options()),
              new BatchAugments(plan.batchAugments())));
    }
    Distiller distiller =
        new Distiller(
            distillation.distiller(),
            distillation.key(),
            distillation.student(),
            distillation.teacher());
    BatchAugments augments = new BatchAugments(plan.batchAugments());
    if (teacher == null) {
      Function<String, INDArray> parameters = distillation.connectorWeights()::get;
      return new Workplace(
          DistillationStep.self(
              graph(conf, plan, StudentPlan.ofItself(distiller), parameters), distiller, augments));
    }
    TeacherGraph running = teacher.materialise(Teachers.weights(teacher));
    Function<String, INDArray> parameters = name -> parameter(running, distillation, name);
    ConnectorGraph frozen =
        ConnectorGraph.of(
            distiller.connectors().stream().filter(connector -> !connector.trains()).toList(),
            distillation.teacher()::shapeOf,
            parameters,
            conf.getDataType());
    return new Workplace(
        new DistillationStep(
            graph(conf, plan, StudentPlan.of(distiller), parameters),
            running,
            frozen,
            distiller,
            augments));
  }

  private static TrainingGraph graph(
      ComputationGraphConfiguration conf,
      WorkerPlan plan,
      StudentPlan added,
      Function<String, INDArray> parameters) {
    return TrainingGraph.of(
        conf,
        added,
        new TrainingGraph.Surroundings(
            plan.distillation().student(), plan.distillation().teacher(), parameters),
        plan.options());
  }

  private static INDArray parameter(
      TeacherGraph teacher, WorkerPlan.Distillation distillation, String name) {
    INDArray ofConnector = distillation.connectorWeights().get(name);
    return ofConnector == null ? teacher.parameter(name) : ofConnector;
  }

  /** The training step. */
  public DistillationStep step() {
    return step;
  }

  /** The graph that is trained. */
  public ComputationGraph network() {
    return network;
  }

  /** Sets everything that the next steps depend on. */
  void begin(RoundState state, long randomSeed) {
    Nd4j.getRandom().setSeed(randomSeed);
    network
        .params()
        .assign(Nd4j.createFromArray(state.parameters()).reshape(network.params().shape()));
    INDArray updater = updaterState();
    if (updater != null) {
      if (state.updaterState().length == 0) {
        updater.assign(0);
      } else {
        updater.assign(Nd4j.createFromArray(state.updaterState()).reshape(updater.shape()));
      }
    }
    step.states().clear();
    state.lossStates().forEach((loss, remembered) -> step.states().put(loss, copy(remembered)));
    network.getConfiguration().setEpochCount(state.epoch());
    network.getConfiguration().setIterationCount(state.stepsBefore() + state.firstStep());
  }

  /** Tasks of one JVM look at the same broadcast, which none of them may change. */
  private static LossState copy(LossState state) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    state.arrays().forEach((name, array) -> arrays.put(name, array.dup()));
    return new LossState(arrays);
  }

  float[] updaterStateCopy() {
    INDArray updater = updaterState();
    return updater == null ? new float[0] : HeapCopy.of(updater);
  }

  private INDArray updaterState() {
    return network.getUpdater().getUpdaterStateViewArray();
  }
}
