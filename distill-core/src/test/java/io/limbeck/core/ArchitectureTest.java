package io.limbeck.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.limbeck.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.limbeck.core.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_NETWORK_NO_SPARK =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.deeplearning4j..", "org.apache.spark..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("error")
          .definedBy("..core.error..")
          .layer("schema")
          .definedBy("..core.schema..")
          .layer("network")
          .definedBy("..core.network..")
          .layer("math")
          .definedBy("..core.math..")
          .layer("loss")
          .definedBy("..core.loss..")
          .layer("connector")
          .definedBy("..core.connector..")
          .layer("interception")
          .definedBy("..core.interception..")
          .layer("recorder")
          .definedBy("..core.recorder..")
          .layer("delivery")
          .definedBy("..core.delivery..")
          .layer("distiller")
          .definedBy("..core.distiller..")
          .layer("config")
          .definedBy("..core.config..")
          .whereLayer("error")
          .mayNotAccessAnyLayer()
          .whereLayer("schema")
          .mayOnlyAccessLayers("error")
          .whereLayer("network")
          .mayNotAccessAnyLayer()
          .whereLayer("math")
          .mayNotAccessAnyLayer()
          .whereLayer("loss")
          .mayOnlyAccessLayers("error", "schema", "network", "math")
          .whereLayer("connector")
          .mayOnlyAccessLayers("schema")
          .whereLayer("interception")
          .mayOnlyAccessLayers("error")
          .whereLayer("recorder")
          .mayOnlyAccessLayers("error", "schema", "network", "interception")
          .whereLayer("delivery")
          .mayOnlyAccessLayers("error", "schema", "interception")
          .whereLayer("distiller")
          .mayOnlyAccessLayers(
              "error", "schema", "network", "loss", "connector", "recorder", "delivery")
          .whereLayer("config")
          .mayOnlyAccessLayers("error", "schema", "loss", "connector", "recorder", "distiller");
}
