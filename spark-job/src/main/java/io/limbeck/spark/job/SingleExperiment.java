package io.limbeck.spark.job;

import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.Supervised;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.engine.EngineStatus;
import io.limbeck.spark.cache.TeacherCache;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.Executor;
import io.limbeck.spark.evaluation.Predictions;
import io.limbeck.spark.monitor.DistillationEvent.TeacherScore;
import io.limbeck.spark.preparation.Mode;
import io.limbeck.spark.preparation.Preparation;
import io.limbeck.spark.preparation.Prepared;
import io.limbeck.spark.report.ModelSeries;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.Split;
import io.limbeck.spark.report.TeacherReport;
import io.limbeck.spark.storage.OutputLock;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.FrozenTeachers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;

/** Runs an experiment of one stage: prepare, load, train every mode and seed, report. */
final class SingleExperiment {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Job job;
  private final DataPool pool;
  private final TeacherReports teacherReports;
  private boolean toldEngine;

  /**
   * An experiment runner.
   *
   * @param job in which it runs
   * @param pool where its examples are
   * @param teacherReports what is known of teachers
   */
  SingleExperiment(Job job, DataPool pool, TeacherReports teacherReports) {
    this.job = job;
    this.pool = pool;
    this.teacherReports = teacherReports;
  }

  /**
   * Runs a config to its end.
   *
   * @param config what is wanted
   * @param watch told what takes how long
   * @return what it came to, as it was written to the output folder
   */
  Report run(ExperimentConfig config, Stopwatch watch) {
    Console console = job.console();
    Storage storage = job.storage();
    String dir = config.output().dir();
    OutputFolder folder = new OutputFolder(storage, dir);
    boolean continues = job.resumes() && folder.isContinuedBy(config);
    if (!continues) {
      storage.requireEmpty(dir, config.output().overwrite());
    }
    EngineStatus engine = watch.time(Stopwatch.Part.START_UP, this::engine);
    DataLoader loader = pool.loader(config.data());
    Prepared prepared =
        watch.time(
            Stopwatch.Part.PREPARATION, () -> new Preparation(job.spark()).prepare(config, loader));
    prepared.warnings().forEach(console::warning);
    Executor.await(job.context().sc(), prepared.workers(), PATIENCE);
    Data data = watch.time(Stopwatch.Part.DATA, () -> pool.of(prepared, loader));
    try (OutputLock lock = OutputLock.take(storage, dir, job.context().sc().applicationId())) {
      if (continues) {
        console.line("going on from the checkpoints in " + folder.checkpoints());
      } else {
        // Another job may have come and gone since the first look.
        storage.requireEmpty(dir, config.output().overwrite());
        folder.clear();
        folder.begin(config);
      }
      console.line(
          "%s: %,d parameters, %d partitions, examples %s"
              .formatted(
                  config.name(), prepared.memory().parameters(), prepared.workers(), data.sizes()));
      Report report = train(prepared, data, engine, folder, watch);
      new ResultFiles(storage, dir).writeReport(report);
      return report;
    }
  }

  /** What networks run on, which is said once. */
  private EngineStatus engine() {
    EngineStatus engine = CpuEngine.status();
    if (!toldEngine) {
      if (engine.degraded()) {
        job.console().warning("slow native path: " + engine.description());
      } else {
        job.console().line("native path: " + engine.description());
      }
      toldEngine = true;
    }
    return engine;
  }

  private Report train(
      Prepared prepared, Data data, EngineStatus engine, OutputFolder folder, Stopwatch watch) {
    ExperimentConfig config = prepared.config();
    ExampleChecks.require(config, data);
    Map<String, TeacherReports.Evaluated> evaluated =
        watch.time(Stopwatch.Part.EVALUATION, () -> teacherReports.of(prepared, data));
    Map<String, TeacherReport> teachers = new LinkedHashMap<>();
    evaluated.forEach((name, teacher) -> teachers.put(name, teacher.report()));
    TeacherReport alone = teachers.get("");
    List<Mode> modes = modes(config);
    int epochs = modes.size() * config.repeats() * config.schedule().epochs();
    Progress progress = new Progress(job.console(), epochs);
    FrozenTeachers frozen = prepared.frozenTeachers();
    Broadcast<FrozenTeachers> broadcast = frozen == null ? null : job.context().broadcast(frozen);
    Optional<TeacherCache> cache = TeacherCaches.of(job.spark(), prepared, data.train(), broadcast);
    cache.ifPresent(each -> job.console().line("teacher cache: " + each.status()));
    try {
      Continuation continuation =
          new Continuation(
              job.storage(),
              folder.checkpoints(),
              config.checkpoint().keep(),
              identity(prepared, data),
              job.resumes(),
              job.stop());
      ModelFiles models = new ModelFiles(job.storage(), config.output().dir());
      Narrator narrator =
          new Narrator(job.context().sc(), progress, config.name(), scores(teachers));
      Trainer trainer =
          new Trainer(
              job.context(),
              prepared,
              data,
              teaching(broadcast, cache, evaluated),
              narrator,
              watch,
              continuation,
              models);
      SeedRuns seeds = new SeedRuns(job.storage(), job.console(), prepared, trainer);
      Map<Mode, SeedRuns.Result> results = new LinkedHashMap<>();
      for (Mode mode : modes) {
        results.put(mode, seeds.run(mode));
      }
      ModelSeries distilled = model(results, Mode.DISTILLED);
      return new Report(
          config.name(),
          config.algorithm().getClass().getSimpleName(),
          config.seeds(),
          engine.description(),
          prepared.workers(),
          narrator.gpus(),
          data.sizes(),
          alone,
          alone != null || teachers.isEmpty() ? null : teachers,
          null,
          model(results, Mode.STUDENT_ALONE),
          distilled,
          results.containsKey(Mode.DISTILLED) ? results.get(Mode.DISTILLED).others() : null,
          model(results, Mode.SUPERVISED),
          Report.gapRecovered(teachers.values(), model(results, Mode.STUDENT_ALONE), distilled),
          watch.times());
    } finally {
      cache.ifPresent(TeacherCache::release);
      if (broadcast != null) {
        broadcast.destroy();
      }
    }
  }

  /** Students are held against the best one. */
  private static Teaching teaching(
      Broadcast<FrozenTeachers> broadcast,
      Optional<TeacherCache> cache,
      Map<String, TeacherReports.Evaluated> evaluated) {
    String best = "";
    double most = -1;
    for (Map.Entry<String, TeacherReports.Evaluated> each : evaluated.entrySet()) {
      double score = each.getValue().report().comparedAccuracy().orElse(-1);
      if (score > most) {
        best = each.getKey();
        most = score;
      }
    }
    Predictions predictions = most < 0 ? Predictions.NONE : evaluated.get(best).predictions();
    return new Teaching(broadcast, cache, best, predictions);
  }

  private static Map<String, TeacherScore> scores(Map<String, TeacherReport> teachers) {
    Map<String, TeacherScore> scores = new LinkedHashMap<>();
    teachers.forEach(
        (name, teacher) ->
            scores.put(
                name.isEmpty() ? "teacher" : name,
                new TeacherScore(score(teacher.validation()), score(teacher.test()))));
    return scores;
  }

  private static Double score(Split split) {
    return split == null ? null : split.score();
  }

  private static ModelSeries model(Map<Mode, SeedRuns.Result> results, Mode mode) {
    return results.containsKey(mode) ? results.get(mode).model() : null;
  }

  /** What a run's bits depend on that a config does not always tell. */
  private static Map<String, String> identity(Prepared prepared, Data data) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("partitions", String.valueOf(prepared.workers()));
    data.sizes().forEach((part, size) -> identity.put(part + " examples", String.valueOf(size)));
    identity.put("fingerprint of the training examples", data.train().fingerprint());
    prepared
        .teachers()
        .forEach(
            (name, teacher) ->
                identity.put(
                    name.isEmpty() ? "teacher" : "teacher " + name, teacher.taps().fingerprint()));
    return identity;
  }

  private static List<Mode> modes(ExperimentConfig config) {
    if (config.algorithm() instanceof Supervised) {
      return List.of(Mode.SUPERVISED);
    }
    return config.studentAlone()
        ? List.of(Mode.STUDENT_ALONE, Mode.DISTILLED)
        : List.of(Mode.DISTILLED);
  }
}
