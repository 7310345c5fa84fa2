package io.limbeck.spark.worker;

import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.loss.LossState;
import io.limbeck.core.network.DataSamples;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.NonFinite;
import io.limbeck.spark.averaging.Drift;
import io.limbeck.spark.averaging.Learnt;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.ContrastSampler;
import io.limbeck.spark.data.Seeds;
import io.limbeck.spark.device.TaskDevice;
import io.limbeck.spark.precision.FloatArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * DL4J's worker of a distributed training, one that distils: its mini-batches go through the
 * teacher and the distiller, not only through {@code fit}. It serves one partition for one round.
 */
public final class DistillationWorker implements TrainingWorker<WorkerResult> {
  private static final long serialVersionUID = 1L;
  private static final long DROPOUT = 3;

  private final Broadcast<WorkerPlan> plan;
  private final Broadcast<FrozenTeachers> teacher;
  private final RoundStart state;
  private final int partition;

  private transient TaskDevice device;
  private transient Workplace workplace;
  private transient Map<String, Double> lossSums;
  private transient List<Map<String, LossState.Change>> lossChanges;
  private transient long examples;
  private transient int steps;
  private transient long cachedExamples;
  private transient long stepNanos;
  private transient long teacherNanosBefore;

  /**
   * A worker.
   *
   * @param plan of the run
   * @param teacher null without one
   * @param state that the round starts from
   * @param partition the partition that it serves
   */
  public DistillationWorker(
      Broadcast<WorkerPlan> plan,
      Broadcast<FrozenTeachers> teacher,
      RoundStart state,
      int partition) {
    this.plan = plan;
    this.teacher = teacher;
    this.state = state;
    this.partition = partition;
  }

  /** The student, set to the round's start. */
  @Override
  public ComputationGraph getInitialModelGraph() {
    RoundState start = state.value();
    device = TaskDevice.bind();
    workplace = Workplaces.take(plan.value(), device, teacher == null ? null : teacher::value);
    workplace.begin(
        start,
        Seeds.derive(plan.value().seed(), DROPOUT, start.epoch(), start.firstStep(), partition));
    lossSums = new LinkedHashMap<>();
    lossChanges = new ArrayList<>();
    examples = 0;
    cachedExamples = 0;
    steps = 0;
    stepNanos = 0;
    teacherNanosBefore = workplace.step().teacherNanos();
    return workplace.network();
  }

  /** Takes one step; examples have no numbers here. */
  @Override
  public WorkerResult processMinibatch(MultiDataSet batch, ComputationGraph graph, boolean isLast) {
    return step(new Batch(batch.getFeatures(0), batch.getLabels(0), null));
  }

  /**
   * Takes one step.
   *
   * @param batch the mini-batch
   * @return null, or at a loss that is not finite the result that ends the round
   */
  WorkerResult step(Batch batch) {
    long size = batch.size();
    long start = System.nanoTime();
    Map<String, Double> losses =
        workplace.dataFree() == null
            ? withData(prepared(batch))
            : workplace.dataFree().run((int) size, epoch());
    stepNanos += System.nanoTime() - start;
    examples += size;
    cachedExamples += batch.teacher() == null ? 0 : size;
    steps++;
    Map<String, LossState.Change> changes = workplace.step().takeChanges();
    if (!changes.isEmpty()) {
      lossChanges.add(changes);
    }
    losses.forEach((name, loss) -> lossSums.merge(name, loss * size, Double::sum));
    return losses.values().stream().allMatch(Double::isFinite)
        ? null
        : failed("the losses are " + losses + cause(workplace.step().diagnosis()));
  }

  private Map<String, Double> withData(DistillationStep.Batch batch) {
    WorkerPlan.Distillation distillation = plan.value().distillation();
    return distillation != null && distillation.hasStopped(state.value().epoch())
        ? workplace.step().runAlone(batch)
        : workplace.step().run(batch);
  }

  private DistillationStep.Batch prepared(Batch batch) {
    return new DistillationStep.Batch(
        batch.features(),
        batch.labels(),
        new DataSamples(batch.labels(), batch.sampleIdx(), compared(batch.sampleIdx())),
        fullSize(batch),
        batch.teacher(),
        epoch());
  }

  /** Mini-batches that a program brings with it have the size that they have. */
  private int fullSize(Batch batch) {
    return batch.sampleIdx() == null ? batch.size() : plan.value().options().schedule().batchSize();
  }

  /** Epochs since the start of training, with fractions. */
  private double epoch() {
    double perEpoch = plan.value().stepsPerEpoch();
    return state.value().epoch() + (state.value().firstStep() + steps) / perEpoch;
  }

  private int[][] compared(int[] sampleIdx) {
    ContrastSampler contrast = plan.value().contrast();
    return contrast == null ? null : contrast.draw(sampleIdx, state.value().epoch());
  }

  @Override
  public WorkerResult processMinibatch(DataSet dataSet, ComputationGraph graph, boolean isLast) {
    MultiDataSet batch =
        new org.nd4j.linalg.dataset.MultiDataSet(dataSet.getFeatures(), dataSet.getLabels());
    return processMinibatch(batch, graph, isLast);
  }

  /** What was learnt. The networks are free for the next task after this. */
  @Override
  public WorkerResult getFinalResult(ComputationGraph graph) {
    float[] parameters = workplace.parametersCopy();
    for (float parameter : parameters) {
      if (!Float.isFinite(parameter)) {
        return failed(
            "a step without a bad loss left bad numbers"
                + cause(NonFinite.parameter(graph).orElse(null)));
      }
    }
    WorkerResult result =
        new WorkerResult(
            partition,
            examples,
            learnt(parameters),
            updaterState(),
            lossChanges,
            lossSums,
            new TaskMeasures(
                executor(),
                device.address(),
                stepNanos,
                workplace.step().teacherNanos() - teacherNanosBefore,
                cachedExamples,
                Drift.squaredMove(state.value().parameters().values(), parameters)),
            null);
    Workplaces.giveBack(plan.value(), device, workplace);
    workplace = null;
    return result;
  }

  private Learnt learnt(float[] parameters) {
    return state.value().deltas() == Deltas.HALF
        ? Learnt.HalfDelta.of(parameters, state.value().parameters().values())
        : new Learnt.Whole(FloatArray.of(parameters));
  }

  /** Where every round starts with none, nobody asks for it. */
  private FloatArray updaterState() {
    return state.value().keepsUpdater()
        ? FloatArray.of(workplace.updaterStateCopy())
        : FloatArray.empty();
  }

  private static String cause(String diagnosis) {
    return diagnosis == null ? "" : "; " + diagnosis;
  }

  @Override
  public WorkerResult getFinalResultNoData() {
    return WorkerResult.empty(partition);
  }

  /** The networks hold bad numbers now and are not given back. */
  private WorkerResult failed(String what) {
    workplace = null;
    return new WorkerResult(
        partition,
        0,
        Learnt.NOTHING,
        FloatArray.empty(),
        List.of(),
        lossSums,
        TaskMeasures.NONE,
        what);
  }

  private static String executor() {
    return SparkEnv.get().executorId();
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> processMinibatchWithStats(
      MultiDataSet dataSet, ComputationGraph graph, boolean isLast) {
    return withStats(processMinibatch(dataSet, graph, isLast));
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> processMinibatchWithStats(
      DataSet dataSet, ComputationGraph graph, boolean isLast) {
    return withStats(processMinibatch(dataSet, graph, isLast));
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> getFinalResultWithStats(ComputationGraph graph) {
    return withStats(getFinalResult(graph));
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> getFinalResultNoDataWithStats() {
    return withStats(getFinalResultNoData());
  }

  /** DL4J's statistics are not collected; the result holds our own. */
  private static Pair<WorkerResult, SparkTrainingStats> withStats(WorkerResult result) {
    return new Pair<>(result, null);
  }

  @Override
  public WorkerConfiguration getDataConfiguration() {
    int batchSize = plan.value().options().schedule().batchSize();
    return new WorkerConfiguration(true, batchSize, batchSize, state.value().steps(), 0, false);
  }

  @Override
  public long getInstanceId() {
    return partition;
  }

  @Override
  public void addHook(TrainingHook trainingHook) {
    throw new UnsupportedOperationException("Hooks see single updates, here are rounds");
  }

  @Override
  public void removeHook(TrainingHook trainingHook) {
    throw new UnsupportedOperationException("Hooks see single updates, here are rounds");
  }

  @Override
  public MultiLayerNetwork getInitialModel() {
    throw onlyGraphs();
  }

  @Override
  public WorkerResult processMinibatch(DataSet dataSet, MultiLayerNetwork network, boolean isLast) {
    throw onlyGraphs();
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> processMinibatchWithStats(
      DataSet dataSet, MultiLayerNetwork network, boolean isLast) {
    throw onlyGraphs();
  }

  @Override
  public WorkerResult getFinalResult(MultiLayerNetwork network) {
    throw onlyGraphs();
  }

  @Override
  public Pair<WorkerResult, SparkTrainingStats> getFinalResultWithStats(MultiLayerNetwork network) {
    throw onlyGraphs();
  }

  private static UnsupportedOperationException onlyGraphs() {
    return new UnsupportedOperationException(
        "Distillation trains a ComputationGraph; turn a MultiLayerNetwork into one with toComputationGraph()");
  }
}
