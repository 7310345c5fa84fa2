package io.limbeck.spark.job;

import io.limbeck.core.config.DataConfig.Contrast;
import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.ResultEpoch;
import io.limbeck.core.loss.LossState;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.checkpoint.Checkpoint;
import io.limbeck.spark.checkpoint.CheckpointStore;
import io.limbeck.spark.checkpoint.RunProgress;
import io.limbeck.spark.data.ContrastSampler;
import io.limbeck.spark.data.TrainingData;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.preparation.Exits;
import io.limbeck.spark.preparation.LearningNetworks;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.report.Disagreement;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.round.RoundEngine;
import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.TrainingState;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Trains one network with one seed, with or without the teacher. */
final class Trainer {
  private final JavaSparkContext spark;
  private final Prepared prepared;
  private final ExperimentConfig config;
  private final Data data;
  private final Teaching teaching;
  private final Narrator narrator;
  private final Stopwatch watch;
  private final Evaluation evaluation;
  private final Continuation continuation;
  private final ModelFiles models;

  /**
   * A trainer.
   *
   * @param spark the context
   * @param prepared the experiment
   * @param data its examples
   * @param teaching its teachers
   * @param narrator told how it goes
   * @param watch told what takes how long
   * @param continuation where runs are kept, and which go on
   * @param models where they leave what they have learnt
   */
  Trainer(
      JavaSparkContext spark,
      Prepared prepared,
      Data data,
      Teaching teaching,
      Narrator narrator,
      Stopwatch watch,
      Continuation continuation,
      ModelFiles models) {
    this.spark = spark;
    this.prepared = prepared;
    this.config = prepared.config();
    this.data = data;
    this.teaching = teaching;
    this.narrator = narrator;
    this.watch = watch;
    this.continuation = continuation;
    this.models = models;
    this.evaluation = new Evaluation(spark, config, data, watch);
  }

  /**
   * What a training gave.
   *
   * @param record its figures
   * @param sizes parameters of each network by name, that which the run is about first
   * @param best the best epoch's models, files by name
   * @param last the last epoch's models, files by name
   * @param beside what connectors and losses had learnt in the best epoch, flat, by full name
   * @param generator the best epoch's; null where there are data
   */
  record Trained(
      RunRecord record,
      Map<String, Long> sizes,
      Map<String, byte[]> best,
      Map<String, byte[]> last,
      Map<String, float[]> beside,
      ComputationGraph generator) {}

  /**
   * Trains.
   *
   * @param seed of weights, order and augmentation
   * @param mode which of the networks
   */
  Trained train(long seed, Mode mode) {
    LearningNetworks learning =
        new LearningNetworks(config.algorithm(), mode, prepared.factory(), seed);
    Map<String, ComputationGraph> starting = learning.start();
    WorkerPlan.Generator generator = mode == Mode.DISTILLED ? prepared.generator(seed) : null;
    int steps = data.train().stepsPerEpoch(config.schedule().batchSize());
    TrainingOptions options =
        new TrainingOptions(
            config.schedule(),
            generator == null ? steps : steps * generator.turns().studentIter(),
            learning.taskLosses(),
            Learners.of(studentTrains(mode)),
            seed);
    WorkerPlan plan =
        new WorkerPlan(
            UUID.randomUUID().toString(),
            learning.trained().toJson(),
            mode == Mode.DISTILLED ? prepared.distilling().plan() : null,
            generator,
            options,
            config.data().batchAugments(),
            contrast(mode, seed),
            seed);
    Workplace here = Workplace.of(plan, mode == Mode.DISTILLED ? prepared.frozenTeachers() : null);
    ParameterLayout graphLayout = ParameterLayout.of(here.network());
    float[] start = here.parametersCopy();
    for (Map.Entry<String, ComputationGraph> each : starting.entrySet()) {
      start =
          ParameterLayout.of(each.getValue())
              .named(each.getKey())
              .over(Networks.parameters(each.getValue()), graphLayout, start);
    }
    if (mode == Mode.DISTILLED) {
      Map<String, float[]> earlier = new LinkedHashMap<>();
      prepared
          .distilling()
          .plan()
          .connectorWeights()
          .forEach((name, array) -> earlier.put(name, array.dup('c').data().asFloat()));
      graphLayout.write(earlier, start);
    }
    CheckpointStore checkpoints = continuation.of(mode.fileName() + "-seed-" + seed);
    TrainingState first = TrainingState.start(start, lossStates(mode, seed));
    Checkpoint from =
        continuation
            .latest(checkpoints)
            .orElseGet(() -> new Checkpoint(RunProgress.START, first, null));
    LearntNetworks networks =
        new LearntNetworks(
            prepared.shape(), learning, starting, exits(mode), graphLayout, generator);
    Broadcast<WorkerPlan> broadcast = spark.broadcast(plan);
    try {
      RoundEngine engine =
          new RoundEngine(
              spark,
              mode.label() + ", seed " + seed,
              examples(mode, seed),
              broadcast,
              mode == Mode.DISTILLED ? teaching.teachers() : null,
              config.averaging(),
              steps,
              networks.statistics());
      narrator.begin(
          mode,
          seed,
          config.schedule().epochs(),
          steps,
          from.progress(),
          (double) from.progress().round() / engine.rounds(from.state(), from.progress().epoch()));
      return new TrainingRun(seed, mode, engine, options, networks, checkpoints, this, from)
          .toTheEnd();
    } finally {
      broadcast.destroy();
    }
  }

  /** The config, for a run. */
  ExperimentConfig config() {
    return config;
  }

  /**
   * Whether the last epoch's models are the results, and not the best one's: of a student that does
   * not learn one is as good as the other, and connectors go on learning.
   */
  boolean takesLastEpoch(Mode mode) {
    return !studentTrains(mode) || config.output().epoch() == ResultEpoch.LAST;
  }

  /** Examples learnt from in an epoch. */
  long examplesPerEpoch() {
    return data.train().size();
  }

  /** Tells that a round is done. */
  void roundDone(RoundSummary done) {
    watch.round(done);
    narrator.round(done);
  }

  /** Tells that an epoch is done. */
  void epochDone(EpochRecord done) {
    narrator.epoch(done);
  }

  /** Tells that a training is done. */
  void done(RunRecord record) {
    narrator.done(record);
  }

  /** Takes the line that tells how it goes away, for what comes next. */
  void clearProgress() {
    narrator.clear();
  }

  /** Where runs leave what they have learnt. */
  ModelFiles models() {
    return models;
  }

  /** Whether somebody wants the training to stop. */
  boolean stopWanted() {
    return continuation.stopWanted();
  }

  /** How good what has been learnt is. */
  Evaluation evaluation() {
    return evaluation;
  }

  /**
   * Where a student and its teacher disagree.
   *
   * @param student on the test part; null without one
   * @return null where nothing can be compared
   */
  Disagreement disagreement(Scores student) {
    return student == null
        ? null
        : teaching.with(student.predictions(), config.data().numClasses());
  }

  private TrainingData examples(Mode mode, long seed) {
    TrainingData plain = data.train().training(seed, config.schedule().batchSize());
    if (mode != Mode.DISTILLED || teaching.cache().isEmpty()) {
      return plain;
    }
    TrainingData taught = teaching.cache().get().training(seed);
    Integer stop = ((Distillation) config.algorithm()).stopEpoch();
    return stop == null
        ? taught
        : (epoch, first, steps) -> (epoch < stop ? taught : plain).blocks(epoch, first, steps);
  }

  private ContrastSampler contrast(Mode mode, long seed) {
    Contrast contrast = config.data().contrast();
    return mode == Mode.DISTILLED && contrast != null
        ? new ContrastSampler(contrast, data.train().labels(), config.data().numClasses(), seed)
        : null;
  }

  private Map<String, LossState> lossStates(Mode mode, long seed) {
    Map<String, LossState> states = new LinkedHashMap<>();
    if (mode == Mode.DISTILLED) {
      prepared
          .distilling()
          .plan()
          .distiller()
          .distillLosses()
          .forEach(
              (name, loss) ->
                  loss.initialState(seed).ifPresent(initial -> states.put(name, initial)));
    }
    return states;
  }

  private Exits exits(Mode mode) {
    return mode == Mode.DISTILLED ? prepared.distilling().exits() : Exits.NONE;
  }

  private boolean studentTrains(Mode mode) {
    return mode != Mode.DISTILLED
        || !(config.algorithm() instanceof Distillation distill)
        || distill.studentTrainable();
  }
}
