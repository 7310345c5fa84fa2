package io.limbeck.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.limbeck.core.config.ConfigReader;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.store.ModelFile;
import io.limbeck.spark.TestSpark;
import io.limbeck.spark.console.Console;
import io.limbeck.spark.data.Batch;
import io.limbeck.spark.data.DataLoader;
import io.limbeck.spark.source.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

class OnlineDistillTest {
  private static final String PEERS =
      """
      "peers": {
        "large": { "architecture": { "type": "Mlp", "hidden": [12] } },
        "small": { "architecture": { "type": "SmallCnn", "channels": [3], "hidden": 8 } }
      },
      "student": "small",
      """;

  @TempDir private Path dir;
  private TinyExperiment tiny;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void write() {
    tiny = new TinyExperiment(dir);
  }

  /** The tiny experiment with peers in the teacher's place. */
  private Path config(String peers) {
    String json =
        tiny.json()
            .replace("SingleTeacherDistill", "OnlineDistill")
            .replaceFirst("\"architecture\": .*\\n.*\"teacher\": .*\\n.*teacher_ckpt.*", peers)
            .replaceFirst("\"source\": \"head.fc\"", "\"source\": \"small.head.fc\"")
            .replaceFirst("\"source\": \"head.fc\"", "\"source\": \"ensemble\"");
    return tiny.write("peers.json", json.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode run(String peers, String out, String... overrides) {
    return run(peers, out, false, () -> false, overrides);
  }

  private JsonNode run(
      String peers, String out, boolean resumes, BooleanSupplier stop, String... overrides) {
    List<String> all = new ArrayList<>(List.of("repeats=1", "output.dir=" + dir.resolve(out)));
    all.addAll(List.of(overrides));
    PrintStream to = new PrintStream(printed, true, StandardCharsets.UTF_8);
    new Experiment(TestSpark.session(), Console.log(to), resumes, stop)
        .run(new ConfigReader().read(config(peers), all));
    return tiny.output(out + "/report.json");
  }

  private byte[] file(String name) throws IOException {
    return Files.readAllBytes(dir.resolve(name));
  }

  @Test
  void everyPeer_isEvaluatedAndExported() throws IOException {
    JsonNode report = run(PEERS, "out");
    long small = ModelFile.read(file("out/student.zip"), "student").numParams();
    long large = ModelFile.read(file("out/beside/large.zip"), "large").numParams();
    assertThat(report.at("/distilled/parameters").asLong()).isEqualTo(small);
    assertThat(report.at("/others/large/parameters").asLong()).isEqualTo(large);
    assertThat(report.at("/others/ensemble/parameters").asLong()).isEqualTo(small + large);
    assertThat(report.at("/others/ensemble").has("model_bytes")).isFalse();
    for (String name : List.of("large", "ensemble")) {
      JsonNode other = report.at("/distilled/runs/0/others/" + name);
      assertThat(other.at("/best/test/examples").asLong()).isEqualTo(30);
      assertThat(other.at("/last/validation/accuracy").asDouble())
          .isEqualTo(
              report.at("/distilled/runs/0/epochs/2/others/" + name + "/accuracy").asDouble());
      assertThat(report.at("/others/" + name + "/test/accuracy/mean").asDouble())
          .isEqualTo(other.at("/best/test/accuracy").asDouble());
    }
    List<String> losses = new ArrayList<>();
    report.at("/distilled/runs/0/epochs/0/losses").fieldNames().forEachRemaining(losses::add);
    assertThat(losses).containsExactly("distill.loss_kl", "small.loss", "large.loss");
    assertThat(dir.resolve("out/models"))
        .isDirectoryContaining("glob:**/distilled-large-seed-1-last.zip");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("beside: large ", "beside: ensemble ");
    assertThat(report.has("gap_recovered")).as("there is no teacher").isFalse();
  }

  @Test
  void ensemble_isScoredByTheMeanOfTheLogits() throws IOException {
    JsonNode report = run(PEERS, "out", "student_alone=false");
    Batch batch =
        new DataLoader(
                TestSpark.session(), new ConfigReader().read(config(PEERS), List.of()).data())
            .examples(Part.TEST, new int[] {1, 8, 8}, LongStream.range(0, 30).boxed().toList());
    INDArray mean =
        logits("out/student.zip", batch).add(logits("out/beside/large.zip", batch)).muli(0.5);
    double entropy =
        -Transforms.log(Transforms.softmax(mean)).mul(batch.labels()).sumNumber().doubleValue();
    assertThat(report.at("/distilled/runs/0/others/ensemble/best/test/cross_entropy").asDouble())
        .isCloseTo(entropy / 30, within(1e-5));
  }

  private INDArray logits(String file, Batch batch) throws IOException {
    ComputationGraph network = ModelFile.read(file(file), file);
    // Their files end in softmax: its logarithm differs from the logits by a number for each row.
    return Transforms.log(network.outputSingle(batch.features()));
  }

  /** A peer that neither teaches nor is taught learns as in an experiment of its own. */
  @Test
  void averaging_isByPeer() {
    String weightless = "algorithm.distiller.distill_losses.loss_kl.loss_weight=0.0";
    JsonNode report = run(PEERS, "out", weightless);
    double alone = report.at("/student_alone/runs/0/epochs/2/losses/student.loss").asDouble();
    assertThat(report.at("/distilled/runs/0/epochs/2/losses/small.loss").asDouble())
        .isCloseTo(alone, within(1e-4 * alone));
  }

  @Test
  void peersOfOneArchitecture_startDifferently() throws IOException {
    String one = "{ \"architecture\": { \"type\": \"Mlp\", \"hidden\": [4] } }";
    run(
        "\"peers\": { \"small\": %s, \"other\": %s },".formatted(one, one),
        "out",
        "schedule.epochs=1",
        "schedule.updater={type: Sgd, learning_rate: 1.0e-9}");
    assertThat(ModelFile.read(file("out/student.zip"), "s").params())
        .isNotEqualTo(ModelFile.read(file("out/beside/other.zip"), "o").params());
  }

  @Test
  void peerWithWeights_startsFromThem() throws IOException {
    run(
        PEERS.replace(
            "[12] } }", "[12] }, \"checkpoint\": \"" + dir.resolve("teacher.zip") + "\" }"),
        "out",
        "schedule.epochs=1",
        "schedule.updater={type: Sgd, learning_rate: 1.0e-9}");
    assertThat(
            ModelFile.read(file("out/beside/large.zip"), "l")
                .params()
                .equalsWithEps(ModelFile.read(file("teacher.zip"), "t").params(), 1e-6))
        .isTrue();
  }

  @Test
  void stoppedAndContinued_isTheSameToTheBit() throws IOException {
    String[] everyRound = {"checkpoint.every_rounds=1", "student_alone=false"};
    run(PEERS, "undisturbed", everyRound);
    int[] asked = {0};
    assertThatThrownBy(() -> run(PEERS, "out", false, () -> ++asked[0] > 5, everyRound))
        .isInstanceOf(StoppedException.class);
    run(PEERS, "out", true, () -> false, everyRound);
    for (String model : List.of("student.zip", "beside/large.zip")) {
      assertThat(file("out/" + model)).as(model).isEqualTo(file("undisturbed/" + model));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "student": "small" | "student": "smal" | 'algorithm.student' is "smal", which is not one of 'algorithm.peers', did you mean 'small'? (known: large, small)
          "large": { | "ensemble": { | 'algorithm.peers': "ensemble" cannot be the name of a peer: it is taken
          "large": { | "a.b": { | 'algorithm.peers': "a.b" cannot be the name of a peer, which becomes one of files: letters, digits, - and _
          "hidden": [12] | "hidden": [0] | 'hidden' is [0] but every entry must be >= 1
          """)
  void wrongPeers_areNamed(String right, String wrong, String message) {
    assertThatThrownBy(() -> run(PEERS.replace(right, wrong), "out"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void onePeer_isNotEnough() {
    String one = "{ \"architecture\": { \"type\": \"Mlp\", \"hidden\": [4] } }";
    assertThatThrownBy(() -> run("\"peers\": { \"small\": %s },".formatted(one), "out"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'algorithm.peers'");
  }

  @Test
  void peerThatIsNotThere_isSuggested() {
    String misspelt = "algorithm.distiller.student_recorders.fc.source=smal.head.fc";
    assertThatThrownBy(() -> run(PEERS, "out", misspelt))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "'algorithm.distiller.student_recorders.fc.source' is \"smal.head.fc\", which is not in the model, did you"
                + " mean 'small.head.fc'?");
  }
}
