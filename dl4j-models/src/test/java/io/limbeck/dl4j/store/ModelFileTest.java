package io.limbeck.dl4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.config.ArchitectureConfig.Mlp;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.graph.Fixtures;
import io.limbeck.dl4j.graph.Networks;
import io.limbeck.dl4j.zoo.Architectures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ModelFileTest {
  private static ComputationGraph mlp(Integer... hidden) {
    return Networks.fresh(
        new Architectures(InputType.feedForward(4), 3, 1, DataType.FLOAT)
            .mlp(new Mlp(List.of(hidden), null)));
  }

  @Test
  void write_isReadByStockDl4j() throws IOException {
    ComputationGraph network = mlp(5);
    byte[] bytes = ModelFile.write(network, 4);
    ComputationGraph stock =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes));
    assertThat(stock.params().equalsWithEps(network.params(), 0)).isTrue();
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("limbeck");
    assertThat(stock.getConfiguration().toJson()).doesNotContain("limbeck");
  }

  /** What a file's author could have run where Java's deserialization reads it. */
  private static final class Trap implements Serializable {
    private static final long serialVersionUID = 1L;
    private static boolean sprung;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      sprung = true;
    }
  }

  /** DL4J's own reader does run it, which shows that the trap is one. */
  @Test
  void read_entriesOfJavasSerialization_areNotLookedAt() throws IOException {
    ComputationGraph network = mlp(5);
    ByteArrayOutputStream trap = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(trap)) {
      out.writeObject(new Trap());
    }
    byte[] bytes = with(ModelFile.write(network, 4), "preprocessor.bin", trap.toByteArray());
    Trap.sprung = false;
    ComputationGraph read = ModelFile.read(bytes, "m.zip");
    assertThat(Trap.sprung).isFalse();
    assertThat(read.params()).isEqualTo(network.params());
    assertThatThrownBy(
            () -> ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes), false))
        .isInstanceOf(ClassCastException.class);
    assertThat(Trap.sprung).isTrue();
  }

  private static boolean initialized;

  /** No part of a network; it tells when it is initialized. */
  static final class Bystander {
    static {
      initialized = true;
    }
  }

  private static boolean argumentInitialized;

  /** The same, for another test: a class is initialized once. */
  static final class Argument {
    static {
      argumentInitialized = true;
    }
  }

  /** DL4J's own reader does initialize it, which shows that something could run there. */
  @Test
  void read_classThatIsNoLayer_isRefusedBeforeItIsInitialized() throws IOException {
    initialized = false;
    byte[] bytes = naming(Bystander.class.getName(), ModelFile.write(mlp(5), 4));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class io.limbeck.dl4j.store.ModelFileTest$Bystander, which is no part"
            + " of a network: the file is damaged, or made to run something");
    assertThat(initialized).isFalse();
    assertThatThrownBy(
            () -> ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes), false))
        .isInstanceOf(RuntimeException.class);
    assertThat(initialized).isTrue();
  }

  @Test
  void read_classThatIsNoLayerInAMultiLayerNetwork_isRefused() throws IOException {
    byte[] bytes = naming("java.lang.ProcessBuilder", multiLayerNetwork());
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class java.lang.ProcessBuilder, which is no part of a network");
  }

  /** Jackson takes a class also as the first element of an array. */
  @Test
  void read_classInAnArray_isRefused() throws IOException {
    byte[] bytes =
        edited(
            ModelFile.write(mlp(5), 4),
            json ->
                json.replaceFirst(
                    "\"activationFn\"\\s*:\\s*\\{[^}]*}",
                    "\"activationFn\" : [ \"java.lang.ProcessBuilder\", {} ]"));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class java.lang.ProcessBuilder, which is no part of a network");
  }

  @Test
  void read_classWithTypeArguments_isRefusedBeforeTheyAreInitialized() throws IOException {
    argumentInitialized = false;
    String named = "org.deeplearning4j.nn.conf.layers.DenseLayer<" + Argument.class.getName() + ">";
    byte[] bytes = naming(named, ModelFile.write(mlp(5), 4));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class " + named + ", which is no part of a network");
    assertThat(argumentInitialized).isFalse();
    assertThatThrownBy(
            () -> ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes), false))
        .isInstanceOf(RuntimeException.class);
    assertThat(argumentInitialized).isTrue();
  }

  private static boolean distributionInitialized;

  /** For a third test. */
  static final class Distributed {
    static {
      distributionInitialized = true;
    }
  }

  /** DL4J reads what layers of old files had by a mapper that no validator guards. */
  @Test
  void read_classOfAnOldDistribution_isRefusedBeforeItIsInitialized() throws IOException {
    distributionInitialized = false;
    byte[] bytes =
        edited(
            ModelFile.write(mlp(5), 4),
            json ->
                json.replaceFirst("\"weightInitFn\"", "\"weightInitFn_\"")
                    .replaceFirst(
                        "\"weightInitFn_\"",
                        Matcher.quoteReplacement(
                            "\"weightInit\": \"DISTRIBUTION\", \"dist\": {\"type\": \""
                                + Distributed.class.getName()
                                + "\"}, \"weightInitFn_\"")));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class io.limbeck.dl4j.store.ModelFileTest$Distributed, which is no part");
    assertThat(distributionInitialized).isFalse();
    try {
      ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes), false);
    } catch (RuntimeException e) {
      // Whether it is read all the same does not matter.
    }
    assertThat(distributionInitialized).isTrue();
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
  void read_classInAnotherSpelling_isRefused(String spelling) throws IOException {
    byte[] bytes = naming(spelling, ModelFile.write(mlp(5), 4));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class " + spelling + ", which is no part of a network");
  }

  private static boolean beginningInitialized;

  /** For a fourth test. */
  static final class Beginning {
    static {
      beginningInitialized = true;
    }
  }

  /** DL4J reads as it goes: what is wrong with the rest comes too late for it. */
  @Test
  void read_configurationThatIsCutOff_isNotBegun() throws IOException {
    beginningInitialized = false;
    String named = "int<" + Beginning.class.getName() + ">";
    byte[] cut =
        edited(
            naming(named, ModelFile.write(mlp(5), 4)),
            json -> json.substring(0, json.indexOf(named) + named.length() + 40));
    assertUserError(
        () -> ModelFile.read(cut, "teacher.zip"), "Model file teacher.zip names the class int<");
    byte[] wrongBefore = edited(cut, json -> "{ ?" + json.substring(1));
    assertUserError(
        () -> ModelFile.read(wrongBefore, "teacher.zip"),
        "Model file teacher.zip cannot be read as a DL4J model: its configuration is no JSON: ");
    assertThat(beginningInitialized).isFalse();
    assertThatThrownBy(
            () -> ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(cut), false))
        .isInstanceOf(RuntimeException.class);
    assertThat(beginningInitialized).isTrue();
  }

  @Test
  void read_partWhereAnotherBelongs_isRefused() throws IOException {
    byte[] bytes =
        naming("org.nd4j.linalg.activations.impl.ActivationReLU", ModelFile.write(mlp(5), 4));
    assertUserError(
        () -> ModelFile.read(bytes, "teacher.zip"),
        "Model file teacher.zip names the class org.nd4j.linalg.activations.impl.ActivationReLU as Layer, which it is"
            + " not: the file is damaged, or made to do something else");
  }

  @Test
  void read_classThatIsNotThere_saysWhatItNeeds() throws IOException {
    byte[] bytes = naming("com.example.Swirl", ModelFile.write(mlp(5), 4));
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
  void read_layerOfOnesOwn_isTaken() throws IOException {
    byte[] bytes = naming(OwnLayer.class.getName(), ModelFile.write(mlp(5), 4));
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

  private static byte[] with(byte[] zip, String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(in.readAllBytes());
      }
      out.putNextEntry(new ZipEntry(name));
      out.write(content);
    }
    return bytes.toByteArray();
  }

  @Test
  void write_equalNetworks_equalBytes() {
    assertThat(ModelFile.write(mlp(5), 4)).isEqualTo(ModelFile.write(mlp(5), 4));
  }

  @Test
  void write_partsOfANetwork_areTheNetworksFile() {
    ComputationGraph network = mlp(5);
    assertThat(
            ModelFile.write(
                network.getConfiguration().toJson(), network.params().toFloatVector(), 4))
        .isEqualTo(ModelFile.write(network, 4));
  }

  @Test
  void inputShape_isTold() {
    assertThat(ModelFile.inputShape(ModelFile.write(mlp(5), 1, 28, 28), "m.zip"))
        .hasValue(new int[] {1, 28, 28});
  }

  private static MultiLayerNetwork oneLayer() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(4)
                        .nOut(3)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static byte[] multiLayerNetwork() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelSerializer.writeModel(oneLayer(), out, true);
    return out.toByteArray();
  }

  @Test
  void read_multiLayerNetwork_becomesGraph() throws IOException {
    MultiLayerNetwork network = oneLayer();
    INDArray input = Fixtures.random(1, 2, 4).castTo(DataType.FLOAT);
    assertThat(
            ModelFile.read(multiLayerNetwork(), "mln.zip")
                .outputSingle(input)
                .equalsWithEps(network.output(input), 1e-6))
        .isTrue();
  }

  @Test
  void read_notAZip() {
    assertUserError(
        () -> ModelFile.read("hello".getBytes(StandardCharsets.UTF_8), "teacher.zip"),
        "Model file teacher.zip is not a DL4J model: it must be a zip with entries configuration.json and"
            + " coefficients.bin");
  }

  @Test
  void read_cutOff() {
    byte[] whole = ModelFile.write(mlp(50), 4);
    assertUserError(
        () -> ModelFile.read(Arrays.copyOf(whole, whole.length / 2), "teacher.zip"),
        "Model file teacher.zip is damaged: ");
  }

  @Test
  void read_foreignContent() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : List.of("configuration.json", "coefficients.bin")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write("{}".getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    assertUserError(
        () -> ModelFile.read(out.toByteArray(), "teacher.zip"),
        "Model file teacher.zip cannot be read as a DL4J model: ");
  }

  @Test
  void copyWeights_fits() {
    ComputationGraph source = mlp(5);
    ComputationGraph target = mlp(5);
    target.params().assign(0);
    ModelFile.copyWeights(source, target, "teacher.zip");
    assertThat(target.params().equalsWithEps(source.params(), 0)).isTrue();
  }

  @Test
  void copyWeights_otherSizes_saysWhere() {
    assertUserError(
        () -> ModelFile.copyWeights(mlp(5), mlp(6), "teacher.zip"),
        "Model file teacher.zip does not fit the network, 3 of 4 parameters differ: backbone.layer0.fc_W is [4, 5] in"
            + " the file but [4, 6] in the network; backbone.layer0.fc_b is [5] in the file but [6] in the"
            + " network; head.fc_W is [5, 3] in the file but [6, 3] in the network");
  }

  @Test
  void copyWeights_otherLayers_saysWhere() {
    assertUserError(
        () -> ModelFile.copyWeights(mlp(5), mlp(5, 5), "teacher.zip"),
        "Model file teacher.zip does not fit the network, 2 of 6 parameters differ: backbone.layer1.fc_W is not in the"
            + " file; backbone.layer1.fc_b is not in the file");
  }

  private static void assertUserError(Runnable action, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(message);
  }
}
