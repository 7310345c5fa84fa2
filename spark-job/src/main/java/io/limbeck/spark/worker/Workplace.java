package io.limbeck.spark.worker;

import io.limbeck.core.distiller.Distiller;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Teacher;
import io.limbeck.dl4j.augment.BatchAugments;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.graph.ConnectorGraph;
import io.limbeck.dl4j.graph.DataFreeStep;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.GeneratorStep;
import io.limbeck.dl4j.graph.LazyTeacher;
import io.limbeck.dl4j.graph.RandomSeed;
import io.limbeck.dl4j.graph.StudentPlan;
import io.limbeck.dl4j.graph.TeacherGraph;
import io.limbeck.dl4j.graph.TrainingGraph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A student and its teacher, made once and used by one task at a time. Everything that a round
 * depends on is set at its start, so it does not matter which workplace serves it.
 */
public final class Workplace {
  private final DistillationStep step;
  private final DataFreeStep dataFree;
  private final ComputationGraph network;
  private final int studentIter;

  private Workplace(DistillationStep step) {
    this(step, null, 1);
  }

  private Workplace(DistillationStep step, DataFreeStep dataFree, int studentIter) {
    this.step = step;
    this.dataFree = dataFree;
    this.network = step.student().network();
    this.studentIter = studentIter;
  }

  /**
   * A workplace of this JVM.
   *
   * @param plan of the run
   * @param teachers null without any, or where the student is its own
   * @throws io.limbeck.core.error.UserException when a connector cannot be built
   */
  public static Workplace of(WorkerPlan plan, FrozenTeachers teachers) {
    return of(plan, teachers == null ? null : () -> teachers);
  }

  /** One whose teachers are asked for only when a step or a connector needs them. */
  static Workplace of(WorkerPlan plan, Supplier<FrozenTeachers> teachers) {
    ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(plan.student());
    WorkerPlan.Distillation distillation = plan.distillation();
    if (distillation == null) {
      return new Workplace(
          DistillationStep.supervised(
              TrainingGraph.supervised(conf, plan.options()),
              new BatchAugments(plan.batchAugments())));
    }
    Distiller distiller = distillation.losses();
    BatchAugments augments = new BatchAugments(plan.batchAugments());
    if (teachers == null) {
      Function<String, INDArray> parameters = distillation.connectorWeights()::get;
      return new Workplace(
          DistillationStep.self(
              graph(conf, plan, StudentPlan.ofItself(distiller), parameters), distiller, augments));
    }
    Map<String, Teacher> running = plan.generator() == null ? null : teachers.get().instances();
    String input = distillation.teacher().input();
    Teacher teacher =
        running == null
            ? new LazyTeacher(() -> FrozenTeachers.together(teachers.get().instances(), input))
            : FrozenTeachers.together(running, input);
    Function<String, INDArray> parameters = name -> parameter(teacher, distillation, name);
    ConnectorGraph frozen =
        ConnectorGraph.of(
            distiller.connectors().stream().filter(connector -> !connector.trains()).toList(),
            distillation.teacher()::shapeOf,
            parameters,
            conf.getDataType());
    DistillationStep step =
        new DistillationStep(
            graph(conf, plan, StudentPlan.of(distiller), parameters),
            teacher,
            frozen,
            distiller,
            augments);
    return plan.generator() == null
        ? new Workplace(step)
        : new Workplace(step, dataFree(plan, conf, step, running), plan.studentIter());
  }

  private static DataFreeStep dataFree(
      WorkerPlan plan,
      ComputationGraphConfiguration student,
      DistillationStep step,
      Map<String, Teacher> teachers) {
    // The driver has seen to it that gradients go through all of them.
    Map<String, TeacherGraph> graphs = new LinkedHashMap<>();
    teachers.forEach((name, teacher) -> graphs.put(name, (TeacherGraph) teacher));
    WorkerPlan.Generator generator = plan.generator();
    NetworkDescription ofStudent = plan.distillation().student();
    NetworkDescription ofTeachers = plan.distillation().teacher();
    GeneratorStep learning =
        GeneratorStep.of(
            ComputationGraphConfiguration.fromJson(generator.configuration()),
            student,
            graphs,
            Distiller.ofGenerator(generator.distiller(), generator.key(), ofStudent, ofTeachers),
            NetworkDescription.union(List.of(ofStudent, ofTeachers)),
            generator.options());
    return new DataFreeStep(step, learning, generator.latent(), generator.turns());
  }

  private static TrainingGraph graph(
      ComputationGraphConfiguration conf,
      WorkerPlan plan,
      StudentPlan added,
      Function<String, INDArray> parameters) {
    NetworkDescription teacher = plan.distillation().teacher();
    NetworkDescription student = plan.distillation().student();
    if (plan.distillation().teacherLearns()) {
      student = NetworkDescription.union(List.of(student, teacher));
    }
    return TrainingGraph.of(
        conf, added, new TrainingGraph.Surroundings(student, teacher, parameters), plan.options());
  }

  private static INDArray parameter(
      Teacher teacher, WorkerPlan.Distillation distillation, String name) {
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

  /** The training step without data; null where there are some. */
  public DataFreeStep dataFree() {
    return dataFree;
  }

  /** All that learns: the student's training graph, then the generator, if there is one. */
  private List<INDArray> parameters() {
    return dataFree == null
        ? List.of(network.params())
        : List.of(network.params(), dataFree.generator().generator().params());
  }

  private List<INDArray> updaterStates() {
    return Stream.of(network, dataFree == null ? null : dataFree.generator().joined())
        .filter(Objects::nonNull)
        .map(graph -> graph.getUpdater().getUpdaterStateViewArray())
        .filter(Objects::nonNull)
        .toList();
  }

  /** Sets everything that the next steps depend on. */
  void begin(RoundState state, long randomSeed) {
    RandomSeed.set(randomSeed);
    assign(state.parameters().values(), parameters());
    if (state.updaterState().length() == 0) {
      updaterStates().forEach(updater -> updater.assign(0));
    } else {
      assign(state.updaterState().values(), updaterStates());
    }
    step.states().clear();
    state.lossStates().forEach((loss, remembered) -> step.states().put(loss, copy(remembered)));
    int steps = state.stepsBefore() + state.firstStep();
    network.getConfiguration().setEpochCount(state.epoch());
    network.getConfiguration().setIterationCount(steps * studentIter);
    if (dataFree != null) {
      dataFree.generator().joined().getConfiguration().setIterationCount(steps);
    }
  }

  private static void assign(float[] values, List<INDArray> arrays) {
    int offset = 0;
    for (INDArray array : arrays) {
      HeapCopy.to(array, values, offset);
      offset += Math.toIntExact(array.length());
    }
  }

  private static float[] joined(List<INDArray> arrays) {
    if (arrays.size() == 1) {
      return HeapCopy.of(arrays.get(0));
    }
    int length = Math.toIntExact(arrays.stream().mapToLong(INDArray::length).sum());
    float[] all = new float[length];
    int offset = 0;
    for (INDArray array : arrays) {
      float[] part = HeapCopy.of(array);
      System.arraycopy(part, 0, all, offset, part.length);
      offset += part.length;
    }
    return all;
  }

  /** Tasks of one JVM look at the same broadcast, which none of them may change. */
  private static LossState copy(LossState state) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    state.arrays().forEach((name, array) -> arrays.put(name, array.dup()));
    return new LossState(arrays);
  }

  /** All that learns, flat: the student's training graph, then the generator, if there is one. */
  public float[] parametersCopy() {
    return network.numParams() == 0 && dataFree == null ? new float[0] : joined(parameters());
  }

  /** What their updater keeps, flat. */
  public float[] updaterStateCopy() {
    List<INDArray> states = updaterStates();
    return states.isEmpty() ? new float[0] : joined(states);
  }
}
