package io.limbeck.spark.job;

import io.limbeck.core.config.DataFree;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.report.ModelSeries;
import io.limbeck.spark.report.OtherSeries;
import io.limbeck.spark.report.RunRecord;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.storage.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Trains a mode with every seed. What the seed with the best validation accuracy has learnt is what
 * the experiment leaves in its output folder.
 */
final class SeedRuns {
  private final Storage storage;
  private final Console console;
  private final Prepared prepared;
  private final ExperimentConfig config;
  private final Trainer trainer;

  /**
   * Runs of one experiment.
   *
   * @param storage where its output folder is
   * @param console told what each seed came to
   * @param prepared the experiment
   * @param trainer of a mode and a seed
   */
  SeedRuns(Storage storage, Console console, Prepared prepared, Trainer trainer) {
    this.storage = storage;
    this.console = console;
    this.prepared = prepared;
    this.config = prepared.config();
    this.trainer = trainer;
  }

  /**
   * Trains a mode with every seed, and writes what came of it.
   *
   * @param mode what learns from what
   * @return the figures of all seeds
   */
  Result run(Mode mode) {
    List<RunRecord> records = new ArrayList<>();
    Trainer.Trained chosen = null;
    for (long seed : config.seeds()) {
      Trainer.Trained run = train(mode, seed);
      records.add(run.record());
      chosen = chosen == null || accuracy(run.record()) > accuracy(chosen.record()) ? run : chosen;
    }
    write(mode, chosen);
    String first = first(chosen);
    Map<String, byte[]> files = chosen.best();
    Map<String, OtherSeries> others = new LinkedHashMap<>();
    chosen
        .sizes()
        .forEach(
            (name, size) -> {
              Long bytes = files.containsKey(name) ? (long) files.get(name).length : null;
              if (!name.equals(first)) {
                others.put(name, OtherSeries.of(name, size, bytes, records));
              }
            });
    return new Result(
        ModelSeries.of(chosen.sizes().get(first), files.get(first).length, records),
        others.isEmpty() ? null : others);
  }

  /**
   * What a mode came to.
   *
   * @param model that which it is about
   * @param others networks that learnt beside it, by name; null without any
   */
  record Result(ModelSeries model, Map<String, OtherSeries> others) {}

  private static String first(Trainer.Trained run) {
    return run.sizes().keySet().iterator().next();
  }

  /** 0 without validation examples: then the first seed is as good as any. */
  static double accuracy(RunRecord run) {
    Split validation = run.best().validation();
    return validation == null ? 0 : validation.score();
  }

  private Trainer.Trained train(Mode mode, long seed) {
    Trainer.Trained trained = trainer.train(seed, mode);
    console.line(line(mode, trained.record()));
    trainer.models().last(mode, seed, trained.last());
    trainer.models().best(mode, seed, trained.best());
    return trained;
  }

  private void write(Mode mode, Trainer.Trained chosen) {
    String dir = config.output().dir();
    ResultFiles files = new ResultFiles(storage, dir);
    if (mode != Mode.STUDENT_ALONE) {
      files.write(mode, chosen.best());
      files.writeConnectors(chosen.beside());
    }
    ComputationGraph generator = chosen.generator();
    if (generator != null) {
      storage.write(dir + "/generator.zip", ModelFile.write(generator, latent()));
      draw(generator);
    }
  }

  /** A picture is not worth the loss of a report: Java without fonts or FreeType cannot draw. */
  private void draw(ComputationGraph generator) {
    try {
      GeneratedImages.png(
              generator,
              latent(),
              prepared.teachers().values().iterator().next().classifier(),
              config.data().numClasses(),
              config.seed())
          .ifPresent(png -> storage.write(config.output().dir() + "/generated.png", png));
    } catch (RuntimeException | LinkageError | InternalError e) {
      console.line("no picture of generated images: this Java cannot draw (" + e + ")");
    }
  }

  private int latent() {
    return ((DataFree) config.algorithm()).generator().latentDim();
  }

  private static String line(Mode mode, RunRecord run) {
    StringBuilder line =
        new StringBuilder(
            "%s, seed %d: best epoch %d of %d"
                .formatted(mode.label(), run.seed(), run.bestEpoch(), run.epochs().size()));
    if (run.best().validation() != null) {
      line.append(", validation %.2f %%".formatted(100 * run.best().validation().score()));
    }
    if (run.best().test() != null) {
      line.append(
          ", test %.2f %% (last epoch %.2f %%)"
              .formatted(100 * run.best().test().score(), 100 * run.last().test().score()));
    }
    return line.append(", %.1f s".formatted(run.seconds())).toString();
  }
}
