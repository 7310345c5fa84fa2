package io.limbeck.spark;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beAssignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.limbeck.spark.data.Block;
import io.limbeck.spark.evaluation.ScoreTask;
import io.limbeck.spark.evaluation.Scores;
import io.limbeck.spark.storage.HadoopSettings;
import io.limbeck.spark.worker.DistillationWorker;
import io.limbeck.spark.worker.RoundState;
import io.limbeck.spark.worker.RoundTask;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.WorkerResult;
import java.io.Serializable;

@AnalyzeClasses(packages = "io.limbeck.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.limbeck.spark.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule PURE_AVERAGING =
      noClasses()
          .that()
          .resideInAPackage("..spark.averaging..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.deeplearning4j..", "org.nd4j..");

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("storage")
          .definedBy("io.limbeck.spark.storage..")
          .layer("device")
          .definedBy("..spark.device..")
          .layer("source")
          .definedBy("..spark.source..")
          .layer("data")
          .definedBy("..spark.data..")
          .layer("model")
          .definedBy("..spark.model..")
          .layer("worker")
          .definedBy("..spark.worker..")
          .layer("precision")
          .definedBy("..spark.precision..")
          .layer("averaging")
          .definedBy("..spark.averaging..")
          .layer("round")
          .definedBy("..spark.round..")
          .layer("evaluation")
          .definedBy("..spark.evaluation..")
          .layer("cache")
          .definedBy("..spark.cache..")
          .layer("report")
          .definedBy("..spark.report..")
          .layer("visual")
          .definedBy("..spark.visual..")
          .layer("checkpoint")
          .definedBy("..spark.checkpoint..")
          .layer("chart")
          .definedBy("..spark.chart..")
          .layer("monitor")
          .definedBy("..spark.monitor..")
          .layer("ui")
          .definedBy("..spark.ui..")
          .layer("metrics")
          .definedBy("..spark.metrics..")
          .layer("plugin")
          .definedBy("..spark.plugin..")
          .layer("console")
          .definedBy("..spark.console..")
          .layer("preparation")
          .definedBy("..spark.preparation..")
          .layer("job")
          .definedBy("..spark.job..")
          .layer("dl4j")
          .definedBy("io.limbeck.spark.dl4j..")
          .layer("ml")
          .definedBy("io.limbeck.spark.ml..")
          .layer("cli")
          .definedBy("..spark.cli..")
          .whereLayer("storage")
          .mayNotAccessAnyLayer()
          .whereLayer("device")
          .mayOnlyAccessLayers("storage")
          .whereLayer("source")
          .mayOnlyAccessLayers("storage")
          .whereLayer("data")
          .mayOnlyAccessLayers("source", "precision", "device")
          .whereLayer("cache")
          .mayOnlyAccessLayers("storage", "precision", "data", "worker", "device")
          .whereLayer("model")
          .mayOnlyAccessLayers("storage", "device")
          .whereLayer("precision")
          .mayNotAccessAnyLayer()
          .whereLayer("averaging")
          .mayOnlyAccessLayers("precision")
          .whereLayer("worker")
          .mayOnlyAccessLayers("data", "averaging", "precision", "device")
          .whereLayer("round")
          .mayOnlyAccessLayers("worker", "averaging", "data", "precision", "device")
          .whereLayer("evaluation")
          .mayOnlyAccessLayers("data", "worker", "device")
          .whereLayer("report")
          .mayOnlyAccessLayers("evaluation", "chart")
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("storage", "round", "report")
          .whereLayer("visual")
          .mayNotAccessAnyLayer()
          .whereLayer("chart")
          .mayNotAccessAnyLayer()
          .whereLayer("console")
          .mayNotAccessAnyLayer()
          .whereLayer("monitor")
          .mayOnlyAccessLayers("round", "report")
          .whereLayer("ui")
          .mayOnlyAccessLayers("monitor", "chart")
          .whereLayer("metrics")
          .mayOnlyAccessLayers("monitor", "round", "report")
          .whereLayer("plugin")
          .mayOnlyAccessLayers("ui", "metrics", "worker")
          .whereLayer("preparation")
          .mayOnlyAccessLayers("storage", "data", "model", "worker", "device")
          .whereLayer("job")
          .mayOnlyAccessLayers(
              "preparation",
              "source",
              "storage",
              "data",
              "model",
              "worker",
              "round",
              "evaluation",
              "cache",
              "report",
              "checkpoint",
              "visual",
              "monitor",
              "console",
              "plugin")
          .whereLayer("dl4j")
          .mayOnlyAccessLayers(
              "storage", "data", "model", "worker", "round", "precision", "monitor", "plugin")
          .whereLayer("ml")
          .mayOnlyAccessLayers(
              "monitor", "source", "storage", "data", "report", "job", "console", "device")
          .whereLayer("cli")
          .mayOnlyAccessLayers(
              "preparation",
              "source",
              "storage",
              "data",
              "model",
              "evaluation",
              "visual",
              "report",
              "job",
              "plugin",
              "console",
              "device");

  /** What crosses to executors and back. */
  @ArchTest
  static final ArchRule CROSSES =
      classes()
          .that()
          .belongToAnyOf(
              RoundTask.class,
              RoundState.class,
              WorkerPlan.class,
              WorkerResult.class,
              DistillationWorker.class,
              ScoreTask.class,
              Scores.class,
              HadoopSettings.class)
          .or()
          .areAssignableTo(Block.class)
          .should(beAssignableTo(Serializable.class));
}
