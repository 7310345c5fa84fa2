package io.limbeck.dl4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.limbeck.dl4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.limbeck.dl4j.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_SPARK =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("onednn")
          .definedBy("..dl4j.onednn..")
          .layer("engine")
          .definedBy("..dl4j.engine..")
          .layer("shape")
          .definedBy("..dl4j.shape..")
          .layer("fusion")
          .definedBy("..dl4j.fusion..")
          .layer("training")
          .definedBy("..dl4j.training..")
          .layer("inference")
          .definedBy("..dl4j.inference..")
          .layer("augment")
          .definedBy("..dl4j.augment..")
          .layer("head")
          .definedBy("..dl4j.head..")
          .layer("normalization")
          .definedBy("..dl4j.normalization..")
          .layer("vertex")
          .definedBy("..dl4j.vertex..")
          .layer("function")
          .definedBy("..dl4j.function..")
          .layer("connector")
          .definedBy("..dl4j.connector..")
          .layer("graph")
          .definedBy("..dl4j.graph..")
          .layer("zoo")
          .definedBy("..dl4j.zoo..")
          .layer("keras")
          .definedBy("..dl4j.keras..")
          .layer("store")
          .definedBy("..dl4j.store..")
          .whereLayer("onednn")
          .mayNotAccessAnyLayer()
          .whereLayer("engine")
          .mayOnlyAccessLayers("onednn")
          .whereLayer("shape")
          .mayNotAccessAnyLayer()
          .whereLayer("fusion")
          .mayOnlyAccessLayers("onednn", "shape")
          .whereLayer("inference")
          .mayOnlyAccessLayers("onednn", "engine", "fusion")
          .whereLayer("training")
          .mayOnlyAccessLayers("onednn", "engine", "fusion", "head")
          .whereLayer("augment")
          .mayNotAccessAnyLayer()
          .whereLayer("head")
          .mayNotAccessAnyLayer()
          .whereLayer("normalization")
          .mayNotAccessAnyLayer()
          .whereLayer("vertex")
          .mayOnlyAccessLayers("shape")
          .whereLayer("function")
          .mayOnlyAccessLayers("vertex")
          .whereLayer("connector")
          .mayOnlyAccessLayers("shape", "vertex", "function")
          .whereLayer("graph")
          .mayOnlyAccessLayers(
              "engine",
              "shape",
              "inference",
              "training",
              "augment",
              "head",
              "normalization",
              "vertex",
              "function",
              "connector")
          .whereLayer("zoo")
          .mayNotAccessAnyLayer()
          .whereLayer("keras")
          .mayNotAccessAnyLayer()
          .whereLayer("store")
          .mayOnlyAccessLayers("engine", "keras");
}
