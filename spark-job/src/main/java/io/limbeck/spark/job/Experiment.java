package io.limbeck.spark.job;

import io.limbeck.core.config.Distillation;
import io.limbeck.core.config.ExperimentConfig;
import io.limbeck.core.config.Supervised;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.engine.EngineStatus;
import io.limbeck.spark.cache.TeacherCache;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.data.Executor;
import io.limbeck.spark.data.Part;
import io.limbeck.spark.report.ModelSeries;
import io.limbeck.spark.report.Report;
import io.limbeck.spark.report.SummaryTable;
import io.limbeck.spark.report.TeacherReport;
import io.limbeck.spark.storage.OutputLock;
import io.limbeck.spark.storage.Storage;
import io.limbeck.spark.worker.FrozenTeachers;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Runs one config: prepare, load, train every mode and seed, report. */
public final class Experiment {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storage storage;
  private final PrintStream out;
  private final boolean terminal;
  private final boolean resumes;
  private final BooleanSupplier stop;
  private Duration startUp = Duration.ZERO;

  /**
   * An experiment runner.
   *
   * @param spark the session
   * @param out where progress and the table go
   * @param terminal whether {@code out} is a terminal
   */
  public Experiment(SparkSession spark, PrintStream out, boolean terminal) {
    this(spark, out, terminal, false, () -> false);
  }

  /**
   * An experiment runner that may go on where an earlier one was, and may be stopped.
   *
   * @param spark the session
   * @param out where progress and the table go
   * @param terminal whether {@code out} is a terminal
   * @param resumes whether to go on from the checkpoints in the output folder, if there are any
   * @param stop asked after every round whether to keep a checkpoint and stop
   */
  public Experiment(
      SparkSession spark,
      PrintStream out,
      boolean terminal,
      boolean resumes,
      BooleanSupplier stop) {
    this.resumes = resumes;
    this.stop = stop;
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Says what went before, for the report.
   *
   * @param time that Java and Spark took to start
   * @return this
   */
  public Experiment after(Duration time) {
    this.startUp = time;
    return this;
  }

  /**
   * Runs a config to its end.
   *
   * @param config what is wanted
   * @return what it came to, as it was written to the output folder
   * @throws io.limbeck.core.error.UserException for a mistake of the user's
   * @throws StoppedException when it was asked to stop; it can be resumed then
   */
  public Report run(ExperimentConfig config) {
    return run(config, Map.of());
  }

  /**
   * Runs a config whose data, or parts of them, a program hands over.
   *
   * @param config what is wanted
   * @param frames the rows of those parts whose format is {@code data_frame}
   * @return what it came to, as it was written to the output folder
   * @throws io.limbeck.core.error.UserException for a mistake of the user's
   * @throws StoppedException when it was asked to stop; it can be resumed then
   */
  public Report run(ExperimentConfig config, Map<Part, Dataset<Row>> frames) {
    Stopwatch watch = new Stopwatch(startUp);
    String dir = config.output().dir();
    OutputFolder folder = new OutputFolder(storage, dir);
    boolean continues = resumes && folder.isContinuedBy(config);
    if (!continues) {
      storage.requireEmpty(dir, config.output().overwrite());
    }
    EngineStatus engine = watch.time(Stopwatch.Part.START_UP, CpuEngine::status);
    out.println(
        (engine.degraded() ? "warning: slow native path: " : "native path: ")
            + engine.description());
    DataLoader loader = new DataLoader(spark, config.data(), frames);
    Prepared prepared =
        watch.time(
            Stopwatch.Part.PREPARATION, () -> new Preparation(spark).prepare(config, loader));
    prepared.warnings().forEach(warning -> out.println("warning: " + warning));
    Executor.await(context.sc(), prepared.workers(), PATIENCE);
    Data data = watch.time(Stopwatch.Part.DATA, () -> Data.load(context, loader, prepared));
    try (OutputLock lock = OutputLock.take(storage, dir, context.sc().applicationId())) {
      if (continues) {
        out.println("going on from the checkpoints in " + folder.checkpoints());
      } else {
        // Another job may have come and gone since the first look.
        storage.requireEmpty(dir, config.output().overwrite());
        folder.clear();
        folder.begin(config);
      }
      out.printf(
          "%s: %,d parameters, %d partitions, examples %s%n",
          config.name(), prepared.memory().parameters(), prepared.workers(), data.sizes());
      Report report = train(prepared, data, engine, folder, watch);
      storage.write(dir + "/report.json", report.toJson());
      out.println();
      out.print(SummaryTable.of(report));
      out.printf("report: %s/report.json%n", dir);
      return report;
    } finally {
      data.release();
    }
  }

  private Report train(
      Prepared prepared, Data data, EngineStatus engine, OutputFolder folder, Stopwatch watch) {
    ExperimentConfig config = prepared.config();
    requireExamples(config, data);
    Map<String, TeacherReport> teachers =
        watch.time(
            Stopwatch.Part.EVALUATION,
            () -> new TeacherReports(context, storage, out).of(prepared, data));
    TeacherReport alone = teachers.get("");
    List<Mode> modes = modes(config);
    int epochs = modes.size() * config.repeats() * config.schedule().epochs();
    Progress progress = new Progress(out, terminal, epochs);
    FrozenTeachers frozen = prepared.frozenTeachers();
    Broadcast<FrozenTeachers> broadcast = frozen == null ? null : context.broadcast(frozen);
    Optional<TeacherCache> cache = TeacherCaches.of(spark, prepared, data.train(), broadcast);
    cache.ifPresent(each -> out.println("teacher cache: " + each.status()));
    try {
      Continuation continuation =
          new Continuation(
              storage,
              folder.checkpoints(),
              config.checkpoint().keep(),
              identity(prepared, data),
              resumes,
              stop);
      ModelFiles models = new ModelFiles(storage, config.output().dir());
      Trainer trainer =
          new Trainer(
              context, prepared, data, broadcast, cache, progress, watch, continuation, models);
      SeedRuns seeds = new SeedRuns(storage, out, prepared, trainer, progress);
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
          data.sizes(),
          alone,
          alone != null || teachers.isEmpty() ? null : teachers,
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

  /** Some losses hold something for every example. */
  private static void requireExamples(ExperimentConfig config, Data data) {
    if (config.algorithm() instanceof Distillation distill) {
      List<String> problems = new ArrayList<>();
      distill
          .distiller()
          .distillLosses()
          .forEach(
              (name, loss) ->
                  loss.examplesProblem(data.train().size())
                      .ifPresent(
                          problem ->
                              problems.add(
                                  "'algorithm.distiller.distill_losses.%s': %s"
                                      .formatted(name, problem))));
      if (!problems.isEmpty()) {
        throw new UserException(problems);
      }
    }
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
