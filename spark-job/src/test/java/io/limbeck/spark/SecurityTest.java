package io.limbeck.spark;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.limbeck.spark.precision.FloatArray;
import java.beans.XMLDecoder;
import java.io.ObjectInputStream;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.common.util.ArchiveUtils;
import org.nd4j.common.util.SerializationUtils;

/** What no file may reach, in all modules: docs/security.md. */
@AnalyzeClasses(packages = "io.limbeck", importOptions = ImportOption.DoNotIncludeTests.class)
class SecurityTest {

  /** But for an object that is sent through Spark, and says itself what is read of it. */
  @ArchTest
  static final ArchRule NO_JAVA_DESERIALIZATION =
      noClasses()
          .that()
          .doNotBelongToAnyOf(FloatArray.class)
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(ObjectInputStream.class, SerializationUtils.class, XMLDecoder.class);

  /** DL4J's reader deserializes what an entry of the file holds. */
  @ArchTest
  static final ArchRule NO_READER_OF_DL4J =
      noClasses().should().callMethodWhere(target(owner(type(ModelSerializer.class))));

  /** Archives are read in memory: no entry becomes a path. */
  @ArchTest
  static final ArchRule NO_UNPACKING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(ArchiveUtils.class, ZipFile.class, JarFile.class);
}
