package io.limbeck.spark.job;

import io.limbeck.core.config.CheckpointConfig;
import io.limbeck.dl4j.graph.BatchNormMoments;
import io.limbeck.dl4j.graph.TrainingOptions;
import io.limbeck.spark.checkpoint.Checkpoint;
import io.limbeck.spark.checkpoint.CheckpointStore;
import io.limbeck.spark.checkpoint.RunProgress;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.report.EpochRecord;
import io.limbeck.spark.report.EpochSums;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.round.RoundEngine;
import io.limbeck.spark.round.RoundSummary;
import io.limbeck.spark.round.TrainingState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The epochs of one training, from its start or from a checkpoint. */
final class TrainingRun {
  private final long seed;
  private final Mode mode;
  private final RoundEngine engine;
  private final TrainingOptions options;
  private final LearntNetworks networks;
  private final CheckpointStore checkpoints;
  private final Trainer trainer;
  private final CheckpointConfig when;
  private final int allEpochs;

  private final List<EpochRecord> epochs;
  private TrainingState state;
  private EpochSums sums;
  private double seconds;
  private float[] best;
  private int bestEpoch;
  private double bestAccuracy;
  private int epoch;
  private int round;
  private int unsaved;

  /** A run that goes on from a checkpoint. */
  TrainingRun(
      long seed,
      Mode mode,
      RoundEngine engine,
      TrainingOptions options,
      LearntNetworks networks,
      CheckpointStore checkpoints,
      Trainer trainer,
      Checkpoint from) {
    this.seed = seed;
    this.mode = mode;
    this.engine = engine;
    this.options = options;
    this.networks = networks;
    this.checkpoints = checkpoints;
    this.trainer = trainer;
    this.when = trainer.config().checkpoint();
    this.allEpochs = trainer.config().schedule().epochs();
    RunProgress progress = from.progress();
    this.epochs = new ArrayList<>(progress.epochs());
    this.state = from.state();
    this.sums = progress.sums();
    this.seconds = progress.seconds();
    this.best = from.best();
    this.bestEpoch = progress.bestEpoch();
    this.bestAccuracy = progress.bestAccuracy();
    this.epoch = progress.epoch();
    this.round = progress.round();
  }

  /**
   * Trains all epochs that are left, and evaluates.
   *
   * @throws StoppedException when somebody wanted it to stop; a checkpoint is there then if it has
   *     trained
   */
  Trainer.Trained toTheEnd() {
    if (epoch < allEpochs && trainer.stopWanted()) {
      throw stopped("");
    }
    while (epoch < allEpochs) {
      engine.epoch(state, epoch, round, this::roundDone);
    }
    float[] last = state.parameters();
    float[] chosen = best == null ? last : best;
    int chosenEpoch = best == null ? allEpochs : bestEpoch;
    Map<String, Scores> bestTest = test(chosen, "best epoch");
    Map<String, Scores> lastTest =
        chosenEpoch == epochs.size() ? bestTest : test(last, "last epoch");
    Map<String, RunRecord.Evaluated> bests = evaluated(chosenEpoch, bestTest);
    Map<String, RunRecord.Evaluated> lasts = evaluated(epochs.size(), lastTest);
    Map<String, RunRecord.Other> others = new LinkedHashMap<>();
    others()
        .forEach(name -> others.put(name, new RunRecord.Other(bests.get(name), lasts.get(name))));
    RunRecord record =
        new RunRecord(
            seed,
            List.copyOf(epochs),
            chosenEpoch,
            bests.get(first()),
            lasts.get(first()),
            others.isEmpty() ? null : others,
            trainer.disagreement(bestTest.get(first())),
            seconds,
            trainer.examplesPerEpoch() * allEpochs / seconds);
    trainer.done(record);
    Map<String, Long> sizes = new LinkedHashMap<>();
    networks.names().forEach(name -> sizes.put(name, networks.size(name)));
    return new Trainer.Trained(
        record,
        sizes,
        files(chosen),
        files(last),
        networks.beside(chosen),
        networks.generator(chosen));
  }

  private Map<String, RunRecord.Evaluated> evaluated(int ofEpoch, Map<String, Scores> test) {
    EpochRecord validation = epochs.get(ofEpoch - 1);
    Map<String, RunRecord.Evaluated> evaluated = new LinkedHashMap<>();
    networks
        .names()
        .forEach(
            name ->
                evaluated.put(
                    name,
                    new RunRecord.Evaluated(
                        name.equals(first())
                            ? validation.validation()
                            : validation.others() == null ? null : validation.others().get(name),
                        Split.withCalibration(test.get(name)))));
    return evaluated;
  }

  /** The network that the run is about. */
  private String first() {
    return networks.names().get(0);
  }

  /** Those that learn beside it. */
  private List<String> others() {
    return networks.names().subList(1, networks.names().size());
  }

  private Map<String, byte[]> files(float[] parameters) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    networks.files().forEach(name -> files.put(name, networks.file(name, parameters)));
    return files;
  }

  private void roundDone(RoundSummary done, TrainingState after) {
    state = after;
    sums =
        sums.plus(
            done.losses(),
            done.examples(),
            done.seconds(),
            done.stepSeconds(),
            done.teacherShare());
    trainer.roundDone(done);
    round++;
    unsaved++;
    if (round == done.rounds()) {
      endEpoch(done);
    }
    boolean end = epoch == allEpochs;
    boolean due = when.everyRounds() == null ? round == 0 : unsaved >= when.everyRounds();
    boolean stop = trainer.stopWanted();
    if (due || stop || end) {
      save(done.stepsDone());
    }
    if (stop && !end) {
      trainer.clearProgress();
      throw stopped(round == 0 ? "" : " and %d of %d rounds".formatted(round, done.rounds()));
    }
  }

  private StoppedException stopped(String rounds) {
    return new StoppedException(
        "%s (seed %d) stopped after %d of %d epochs%s"
            .formatted(mode.label(), seed, epoch, allEpochs, rounds));
  }

  private void endEpoch(RoundSummary done) {
    recomputeBatchNorm();
    float[] parameters = state.parameters();
    Map<String, byte[]> models = files(parameters);
    trainer.models().last(mode, seed, models);
    Map<String, Split> all =
        trainer
            .evaluation()
            .validation(
                networks,
                parameters,
                evaluate("epoch %d / %d".formatted(epoch + 1, allEpochs), "validation"));
    Split validation = all.remove(first());
    boolean better =
        trainer.takesLastEpoch(mode) || (validation != null && validation.score() > bestAccuracy);
    if (better) {
      bestAccuracy = validation == null ? 0 : validation.score();
      bestEpoch = epoch + 1;
      best = parameters;
      trainer.models().best(mode, seed, models);
    }
    double rate = options.learningRate().at((epoch + 1) * options.stepsPerEpoch() - 1);
    EpochRecord record =
        sums.record(epoch + 1, rate, done.steps(), validation, all.isEmpty() ? null : all);
    epochs.add(record);
    trainer.epochDone(record);
    seconds += sums.seconds();
    sums = EpochSums.NONE;
    epoch++;
    round = 0;
  }

  private void recomputeBatchNorm() {
    Integer batches = trainer.config().averaging().recomputeBatchNorm();
    if (batches != null) {
      float[] parameters = state.parameters();
      BatchNormMoments moments =
          trainer
              .evaluation()
              .moments(
                  networks.frozen(parameters),
                  batches,
                  seed,
                  epoch,
                  called("compute BatchNorm's statistics"));
      if (moments.examples() > 0) {
        state = state.withParameters(networks.with(moments, parameters));
      }
    }
  }

  private void save(int steps) {
    RunProgress progress =
        new RunProgress(
            epoch,
            round,
            state.measuredFrequency(),
            sums,
            epochs,
            seconds,
            bestEpoch,
            bestAccuracy);
    checkpoints.save(steps, new Checkpoint(progress, state, best));
    unsaved = 0;
  }

  private Map<String, Scores> test(float[] parameters, String which) {
    return trainer.evaluation().test(networks, parameters, evaluate(which, "test"));
  }

  private String evaluate(String which, String part) {
    return called("evaluate %s on %s".formatted(which, part));
  }

  /** What the Spark UI calls a job of this run. */
  private String called(String what) {
    return "%s, seed %d: %s".formatted(mode.label(), seed, what);
  }
}
