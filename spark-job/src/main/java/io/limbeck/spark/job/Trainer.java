package io.limbeck.spark.job;

import io.limbeck.core.config.AlgorithmConfig.Distillation;
import io.limbeck.core.config.DataConfig.Contrast;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.loss.LossState;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.Learners;
import io.limbeck.dl4j.graph.LogitsForm;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.graph.ParameterLayout;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.data.ContrastSampler;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.round.RoundEngine;
import io.limbeck.spark.round.TrainingState;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Trains one network with one seed, with or without the teacher. */
final class Trainer {
  private static final List<String> LEARNT_BESIDE = List.of("connectors.", "distill_losses.");

  private final JavaSparkContext spark;
  private final Prepared prepared;
  private final ExperimentConfig config;
  private final Data data;
  private final Broadcast<FrozenTeachers> teachers;
  private final Progress progress;
  private final Evaluator evaluator;

  /**
   * A trainer.
   *
   * @param spark the context
   * @param prepared the experiment
   * @param data its examples
   * @param teachers null without any
   * @param progress told how it goes
   */
  Trainer(
      JavaSparkContext spark,
      Prepared prepared,
      Data data,
      Broadcast<FrozenTeachers> teachers,
      Progress progress) {
    this.spark = spark;
    this.prepared = prepared;
    this.config = prepared.config();
    this.data = data;
    this.teachers = teachers;
    this.progress = progress;
    this.evaluator = new Evaluator(spark, config.data().numClasses());
  }

  /**
   * What a training gave.
   *
   * @param record its figures
   * @param best the best epoch's model
   * @param last the last epoch's model
   * @param beside what connectors and losses had learnt in the best epoch, flat, by full name
   * @param generator the best epoch's; null where there are data
   */
  record Trained(
      RunRecord record,
      ComputationGraph best,
      ComputationGraph last,
      Map<String, float[]> beside,
      ComputationGraph generator) {}

  /**
   * Trains.
   *
   * @param seed of weights, order and augmentation
   * @param mode which of the networks
   */
  Trained train(long seed, Mode mode) {
    ComputationGraph student = prepared.student(seed);
    ComputationGraphConfiguration logitsForm = LogitsForm.of(student.getConfiguration());
    WorkerPlan.Generator generator = mode == Mode.DISTILLED ? prepared.generator(seed) : null;
    int steps = data.train().stepsPerEpoch(config.schedule().batchSize());
    TrainingOptions options =
        new TrainingOptions(
            config.schedule(),
            generator == null ? steps : steps * generator.turns().studentIter(),
            taskLossWeight(mode),
            Learners.of(studentTrains(mode)),
            seed);
    WorkerPlan plan =
        new WorkerPlan(
            UUID.randomUUID().toString(),
            logitsForm.toJson(),
            mode == Mode.DISTILLED ? prepared.distilling().plan() : null,
            generator,
            options,
            config.data().batchAugments(),
            contrast(mode, seed),
            seed);
    Workplace here = Workplace.of(plan, mode == Mode.DISTILLED ? prepared.frozenTeachers() : null);
    ParameterLayout studentLayout = ParameterLayout.of(student);
    ParameterLayout graphLayout = ParameterLayout.of(here.network());
    float[] start =
        studentLayout.over(Networks.parameters(student), graphLayout, here.parametersCopy());
    if (mode == Mode.DISTILLED) {
      Map<String, float[]> earlier = new LinkedHashMap<>();
      prepared
          .distilling()
          .plan()
          .connectorWeights()
          .forEach((name, array) -> earlier.put(name, array.dup('c').data().asFloat()));
      graphLayout.write(earlier, start);
    }
    TrainingState state = new TrainingState(start, new float[0], lossStates(mode, seed));
    Broadcast<WorkerPlan> broadcast = spark.broadcast(plan);
    try {
      RoundEngine engine =
          new RoundEngine(
              spark,
              data.train().blocks(),
              broadcast,
              mode == Mode.DISTILLED ? teachers : null,
              config.averaging(),
              steps);
      progress.run(mode.label() + " (seed " + seed + ")", config.schedule().epochs());
      return new Run(
              seed,
              mode,
              engine,
              options,
              generator,
              student,
              logitsForm,
              studentLayout,
              graphLayout)
          .all(state);
    } finally {
      broadcast.destroy();
    }
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

  private boolean studentTrains(Mode mode) {
    return mode != Mode.DISTILLED
        || !(config.algorithm() instanceof Distillation distill)
        || distill.studentTrainable();
  }

  private double taskLossWeight(Mode mode) {
    if (mode == Mode.DISTILLED && config.algorithm() instanceof Distillation distill) {
      return distill.calculateStudentLoss() ? distill.studentLossWeight() : 0;
    }
    return 1;
  }

  /** The epochs of one training. */
  private final class Run {
    private final long seed;
    private final Mode mode;
    private final RoundEngine engine;
    private final TrainingOptions options;
    private final WorkerPlan.Generator generator;
    private final ComputationGraph student;
    private final ComputationGraphConfiguration logitsForm;
    private final ParameterLayout studentLayout;
    private final ParameterLayout graphLayout;
    private final List<EpochRecord> epochs = new ArrayList<>();
    private double seconds;
    private float[] best;
    private int bestEpoch;
    private double bestAccuracy = -1;

    Run(
        long seed,
        Mode mode,
        RoundEngine engine,
        TrainingOptions options,
        WorkerPlan.Generator generator,
        ComputationGraph student,
        ComputationGraphConfiguration logitsForm,
        ParameterLayout studentLayout,
        ParameterLayout graphLayout) {
      this.seed = seed;
      this.mode = mode;
      this.engine = engine;
      this.options = options;
      this.generator = generator;
      this.student = student;
      this.logitsForm = logitsForm;
      this.studentLayout = studentLayout;
      this.graphLayout = graphLayout;
    }

    Trained all(TrainingState start) {
      TrainingState state = start;
      for (int epoch = 0; epoch < config.schedule().epochs(); epoch++) {
        state = epoch(state, epoch);
      }
      float[] last = state.parameters();
      float[] chosen = best == null ? last : best;
      int chosenEpoch = best == null ? config.schedule().epochs() : bestEpoch;
      Split lastValidation = epochs.get(epochs.size() - 1).validation();
      Split bestValidation = epochs.get(chosenEpoch - 1).validation();
      Split bestTest = test(chosen, "best epoch");
      Split lastTest = chosenEpoch == epochs.size() ? bestTest : test(last, "last epoch");
      long examples = data.train().size() * config.schedule().epochs();
      RunRecord record =
          new RunRecord(
              seed,
              List.copyOf(epochs),
              chosenEpoch,
              new RunRecord.Evaluated(bestValidation, bestTest),
              new RunRecord.Evaluated(lastValidation, lastTest),
              seconds,
              examples / seconds);
      return new Trained(
          record,
          with(chosen),
          with(last),
          graphLayout.select(chosen, LEARNT_BESIDE),
          generator(chosen));
    }

    private TrainingState epoch(TrainingState before, int epoch) {
      EpochTally tally = new EpochTally();
      TrainingState after =
          engine.epoch(
              before,
              epoch,
              (round, state) -> {
                tally.add(round);
                progress.round(round);
              });
      seconds += tally.seconds();
      float[] parameters = after.parameters();
      Split validation =
          evaluator.split(
              frozen(parameters), data.validation(), "evaluate " + mode.label() + " on validation");
      if (validation != null && validation.accuracy() > bestAccuracy) {
        bestAccuracy = validation.accuracy();
        bestEpoch = epoch + 1;
        best = parameters;
      }
      double rate = options.learningRate().at((epoch + 1) * options.stepsPerEpoch() - 1);
      epochs.add(tally.record(epoch + 1, rate, validation));
      return after;
    }

    private Split test(float[] parameters, String which) {
      return evaluator.split(
          frozen(parameters), data.test(), "evaluate " + mode.label() + " (" + which + ") on test");
    }

    private FrozenNetwork frozen(float[] parameters) {
      return FrozenNetwork.of(logitsForm, with(parameters), List.of(LogitsForm.logits(logitsForm)));
    }

    /** The plain student with a training graph's parameters. */
    private ComputationGraph with(float[] parameters) {
      return Networks.of(
          student.getConfiguration().clone(),
          graphLayout.convert(Arrays.copyOf(parameters, graphLayout.length()), studentLayout));
    }

    /** Its parameters are behind those of the student's graph. */
    private ComputationGraph generator(float[] parameters) {
      return generator == null
          ? null
          : Networks.of(
              ComputationGraphConfiguration.fromJson(generator.configuration()),
              Arrays.copyOfRange(parameters, graphLayout.length(), parameters.length));
    }
  }
}
