package io.limbeck.dl4j.store;

import static io.limbeck.dl4j.store.ModelFileTest.assertUserError;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that name classes which are none of theirs. */
class NamedClassesTest {
  private static byte[] dense() {
    return ModelFile.write(ModelFileTest.mlp(5), 4);
  }

  /** Names of the classes below that have been. */
  private static final Set<String> INITIALIZED = new HashSet<>();

  /** No part of a network; a class is initialized once, so each test has one of its own. */
  static final class Bystander {
    static {
      INITIALIZED.add(Bystander.class.getName());
    }
  }

  /** The same. */
  static final class Argument {
    static {
      INITIALIZED.add(Argument.class.getName());
    }
  }

  /** The same. */
  static final class Distributed {
    static {
      INITIALIZED.add(Distributed.class.getName());
    }
  }

  /** The same. */
  static final class Beginning {
    static {
      INITIALIZED.add(Beginning.class.getName());
    }
  }

  /** DL4J's own reader does initialize the class, which shows that something could run there. */
  private static void assertRefused(byte[] bytes, Class<?> trap, String named) {
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class "
            + named
            + ", which is no part of a network: the file is damaged, or made to run something");
    assertThat(INITIALIZED).doesNotContain(trap.getName());
    try {
      ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes), false);
    } catch (IOException | RuntimeException e) {
      // Whether it reads the file all the same does not matter.
    }
    assertThat(INITIALIZED).contains(trap.getName());
  }

  private static void assertNoPart(byte[] bytes, String named) {
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class " + named + ", which is no part of a network");
  }

  @Test
  void classThatIsNoLayer_isRefusedBeforeItIsInitialized() throws IOException {
    String named = Bystander.class.getName();
    assertRefused(naming(named, dense()), Bystander.class, named);
  }

  @Test
  void classThatIsNoLayerInAMultiLayerNetwork_isRefused() throws IOException {
    assertNoPart(
        naming("java.lang.ProcessBuilder", ModelFileTest.multiLayerNetwork()),
        "java.lang.ProcessBuilder");
  }

  /** Jackson takes a class also as the first element of an array. */
  @Test
  void classInAnArray_isRefused() throws IOException {
    assertNoPart(
        edited(
            dense(),
            json ->
                json.replaceFirst(
                    "\"activationFn\"\\s*:\\s*\\{[^}]*}",
                    "\"activationFn\" : [ \"java.lang.ProcessBuilder\", {} ]")),
        "java.lang.ProcessBuilder");
  }

  @Test
  void typeArguments_areRefusedBeforeTheyAreInitialized() throws IOException {
    String named = "org.deeplearning4j.nn.conf.layers.DenseLayer<" + Argument.class.getName() + ">";
    assertRefused(naming(named, dense()), Argument.class, named);
  }

  /** DL4J reads what layers of old files had by a mapper that no validator guards. */
  @Test
  void classOfAnOldDistribution_isRefusedBeforeItIsInitialized() throws IOException {
    String named = Distributed.class.getName();
    String old = "\"weightInit\": \"DISTRIBUTION\", \"dist\": {\"type\": \"" + named + "\"}, ";
    byte[] bytes =
        edited(
            dense(),
            json ->
                json.replaceFirst(
                    "\"weightInitFn\"", Matcher.quoteReplacement(old + "\"weightInitFn_\"")));
    assertRefused(bytes, Distributed.class, named);
  }

  /** What Jackson takes for names of the same class. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.ProcessBuilder <java.lang.String>",
        " java.lang.ProcessBuilder<x>",
        "int<java.lang.ProcessBuilder>",
        "java.util.HashMap<int, java.lang.ProcessBuilder>"
      })
  void classInAnotherSpelling_isRefused(String spelling) throws IOException {
    assertNoPart(naming(spelling, dense()), spelling);
  }

  /** DL4J reads as it goes: what is wrong with the rest comes too late for it. */
  @Test
  void configurationThatIsCutOff_isNotBegun() throws IOException {
    String named = "int<" + Beginning.class.getName() + ">";
    byte[] cut =
        edited(
            naming(named, dense()),
            json -> json.substring(0, json.indexOf(named) + named.length() + 40));
    assertRefused(cut, Beginning.class, named);
  }

  @Test
  void configurationThatIsNoJson_saysSo() throws IOException {
    byte[] wrong = edited(dense(), json -> "{ ?" + json.substring(1));
    assertUserError(
        () -> ModelFile.read(wrong, "teacher.zip"),
        "Model file teacher.zip cannot be read as a DL4J model: its configuration is no JSON: ");
  }

  @Test
  void partWhereAnotherBelongs_isRefused() throws IOException {
    byte[] bytes = naming("org.nd4j.linalg.activations.impl.ActivationReLU", dense());
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class org.nd4j.linalg.activations.impl.ActivationReLU as Layer, which it is"
            + " not: the file is damaged, or made to do something else");
  }

  @Test
  void classThatIsNotThere_saysWhatItNeeds() throws IOException {
    byte[] bytes = naming("com.example.Swirl", dense());
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class com.example.Swirl as Layer, but it is not on the class path: layers"
            + " of your own need their jar there (spark-submit --jars)");
  }

  /** A layer that somebody wrote himself and put on the class path. */
  public static final class OwnLayer extends DenseLayer {
    /** For Jackson. */
    public OwnLayer() {}
  }

  @Test
  void layerOfOnesOwn_isTaken() throws IOException {
    byte[] bytes = naming(OwnLayer.class.getName(), dense());
    assertThat(ModelFile.read(bytes, "teacher.zip").getConfiguration().toJson())
        .contains("OwnLayer");
  }

  /** With the first dense layer named another class. */
  private static byte[] naming(String type, byte[] zip) throws IOException {
    return edited(
        zip,
        json ->
            json.replaceFirst(
                "org\\.deeplearning4j\\.nn\\.conf\\.layers\\.(DenseLayer|OutputLayer)",
                Matcher.quoteReplacement(type)));
  }

  private static byte[] edited(byte[] zip, UnaryOperator<String> edit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().equals(ModelSerializer.CONFIGURATION_JSON)) {
          String json = new String(content, StandardCharsets.UTF_8);
          content = edit.apply(json).getBytes(StandardCharsets.UTF_8);
          assertThat(content).isNotEqualTo(json.getBytes(StandardCharsets.UTF_8));
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content);
      }
    }
    return bytes.toByteArray();
  }
}
