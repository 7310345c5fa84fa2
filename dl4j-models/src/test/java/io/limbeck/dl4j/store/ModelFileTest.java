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
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ModelFileTest {
  static ComputationGraph mlp(Integer... hidden) {
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

  static MultiLayerNetwork oneLayer() {
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

  static byte[] multiLayerNetwork() throws IOException {
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

  static void assertUserError(Runnable action, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(message);
  }
}
