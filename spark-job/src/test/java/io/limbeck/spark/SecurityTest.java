package io.limbeck.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.beans.XMLDecoder;
import java.io.ObjectInputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.common.util.ArchiveUtils;
import org.nd4j.common.util.SerializationUtils;

/** What no file may reach, in all modules: docs/security.md. */
@AnalyzeClasses(packages = "io.limbeck", importOptions = ImportOption.DoNotIncludeTests.class)
class SecurityTest {

  /** An object that is sent through Spark says what is to be read of it; nothing else reads. */
  @ArchTest
  static final ArchRule NO_JAVA_DESERIALIZATION =
      noClasses()
          .should()
          .callConstructor(ObjectInputStream.class, java.io.InputStream.class)
          .orShould()
          .callMethod(ObjectInputStream.class, "readObject")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(SerializationUtils.class, XMLDecoder.class);

  /** DL4J's reader deserializes what an entry of the file holds. */
  @ArchTest
  static final ArchRule NO_READER_OF_DL4J =
      noClasses()
          .should()
          .callMethodWhere(
              com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                  com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.type(
                          ModelSerializer.class))));

  /** Archives are read in memory: no entry becomes a path. */
  @ArchTest
  static final ArchRule NO_UNPACKING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(
              ArchiveUtils.class, java.util.zip.ZipFile.class, java.util.jar.JarFile.class);
}
