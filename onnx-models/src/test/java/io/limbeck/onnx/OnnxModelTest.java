package io.limbeck.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.config.OnnxInput;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.Vertex;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import onnx.Onnx.GraphProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class OnnxModelTest {
  private static final String KEY = "algorithm.teacher";

  private static OnnxFile file() {
    return file(Map.of(), Map.of(), null);
  }

  private static OnnxFile file(
      Map<String, OnnxInput> inputs, Map<String, String> tokenMeans, String logits) {
    return new OnnxFile("teacher.onnx", inputs, tokenMeans, logits);
  }

  private static OnnxModel read(OnnxFiles files, OnnxFile config, int classes, int... shape) {
    return OnnxModel.read(files.bytes(), config, KEY, shape, List.of((long) classes));
  }

  private static Map<String, INDArray> run(FrozenTeacher frozen, INDArray features) {
    return frozen.load().instance().forward(features);
  }

  private static INDArray numbers(long... shape) {
    int count = Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    return Nd4j.create(OnnxFiles.numbers(count), shape, 'c');
  }

  private static void assertSame(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-6));
  }

  private static void assertMessage(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(UserException.class).hasMessage(message);
  }

  @Test
  void read_classifier_describesEveryValueOfAnExample() {
    OnnxModel model = read(OnnxFiles.classifier(), file(), 3, 4);
    assertThat(model.description().vertices())
        .containsExactly(
            new Vertex("hidden", "MatMul", List.of(5L), List.of("x"), List.of()),
            new Vertex("relu", "Relu", List.of(5L), List.of("hidden"), List.of()),
            new Vertex("scores", "MatMul", List.of(3L), List.of("relu"), List.of()),
            new Vertex("probabilities", "Softmax", List.of(3L), List.of("scores"), List.of()));
    assertThat(model.description().input()).isEqualTo("x");
    assertThat(model.parameters()).isEqualTo(35);
  }

  /** Distillation compares scores; an exported network often ends with their softmax. */
  @Test
  void logits_outputIsASoftmax_areWhatItIsOf() {
    assertThat(read(OnnxFiles.classifier(), file(), 3, 4).description().logits())
        .isEqualTo("scores");
  }

  @Test
  void logits_outputHasNotTheClasses_areNone() {
    assertThat(read(OnnxFiles.classifier(), file(), 7, 4).description().logits()).isNull();
  }

  @Test
  void forward_severalValues_areTheFormulas() {
    INDArray features = numbers(6, 4);
    Map<String, INDArray> outputs =
        run(
            read(OnnxFiles.classifier(), file(), 3, 4).upTo(List.of("x", "relu", "scores")),
            features);
    INDArray relu = Transforms.relu(features.mmul(numbers(4, 5)));
    assertThat(outputs).containsOnlyKeys("x", "relu", "scores");
    assertThat(outputs.get("x")).isSameAs(features);
    assertSame(outputs.get("relu"), relu);
    assertSame(outputs.get("scores"), relu.mmul(numbers(5, 3)));
  }

  /** A view in Fortran order is what ND4J hands over as often as not. */
  @Test
  void forward_featuresInAnotherOrder_givesTheSame() {
    FrozenTeacher frozen = read(OnnxFiles.classifier(), file(), 3, 4).upTo(List.of("scores"));
    INDArray features = numbers(6, 4);
    assertSame(run(frozen, features.dup('f')).get("scores"), run(frozen, features).get("scores"));
  }

  @Test
  void upTo_featuresAlone_leavesTheHeadBehind() {
    OnnxModel model = read(OnnxFiles.classifier(), file(), 3, 4);
    FrozenTeacher features = model.upTo(List.of("relu"));
    FrozenTeacher whole = model.upTo(List.of("scores"));
    assertThat(OnnxGraph.read(((FrozenOnnx) features).model(), "cut").values())
        .containsExactly("hidden", "relu");
    // Fifteen weights, and what names them.
    assertThat(whole.bytes() - features.bytes()).isGreaterThan(60);
    assertThat(features.fingerprint()).isNotEqualTo(whole.fingerprint());
    assertThat(model.upTo(List.of("relu")).fingerprint()).isEqualTo(features.fingerprint());
  }

  @Test
  void upTo_valueThatTheBodyOfAConditionReads_keepsWhatItNeeds() {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("body")
            .addNode(OnnxFiles.node("Neg", List.of("relu"), List.of("negative")))
            .addOutput(OnnxFiles.value("negative", DataType.FLOAT, -1, 5))
            .build();
    OnnxFiles files =
        OnnxFiles.classifier()
            .weight(
                TensorProto.newBuilder()
                    .setName("yes")
                    .setDataType(DataType.BOOL_VALUE)
                    .addInt32Data(1)
                    .build())
            .node(
                "If",
                List.of("yes"),
                "chosen",
                OnnxFiles.body("then_branch", body),
                OnnxFiles.body("else_branch", body))
            .output("chosen", -1, 5);
    INDArray features = numbers(2, 4);
    Map<String, INDArray> outputs =
        run(read(files, file(), 3, 4).upTo(List.of("chosen")), features);
    assertSame(outputs.get("chosen"), Transforms.relu(features.mmul(numbers(4, 5))).neg());
  }

  @Test
  void forward_text_givesIdsMaskAndZerosByTheirUsualNames() {
    OnnxFile config = file(Map.of(), Map.of("sentence", "last_hidden_state"), null);
    OnnxModel model = read(OnnxFiles.encoder(), config, 2, 4);
    assertThat(model.description().shapeOf("last_hidden_state")).containsExactly(4L, 3L);
    assertThat(model.description().shapeOf("sentence")).containsExactly(3L);
    assertThat(model.description().logits()).isNull();
    INDArray words = numbers(5, 3);
    Map<String, INDArray> outputs =
        run(
            model.upTo(List.of("last_hidden_state", "sentence")),
            Nd4j.createFromArray(new float[][] {{1, 4, 0, 0}, {2, 2, 3, 1}}));
    INDArray first = words.getRow(1).add(words.getRow(4)).div(2);
    INDArray second = words.getRow(2).mul(2).add(words.getRow(3)).add(words.getRow(1)).div(4);
    assertSame(outputs.get("sentence"), Nd4j.vstack(first, second));
    assertThat(outputs.get("last_hidden_state").getFloat(0, 2, 1)).isZero();
    assertThat(outputs.get("last_hidden_state").getFloat(1, 3, 1)).isEqualTo(words.getFloat(1, 1));
  }

  @Test
  void forward_onlyPadding_hasAMeanOfZero() {
    OnnxFile config = file(Map.of(), Map.of("sentence", "last_hidden_state"), null);
    FrozenTeacher frozen = read(OnnxFiles.encoder(), config, 2, 2).upTo(List.of("sentence"));
    assertThat(run(frozen, Nd4j.zeros(1, 2)).get("sentence").toFloatVector()).containsOnly(0);
  }

  @Test
  void forward_imagesWithChannelsLast_areTurned() {
    OnnxFiles files =
        new OnnxFiles()
            .input("image", DataType.DOUBLE, -1, 2, 4, 3)
            .node("Cast", List.of("image"), "single", OnnxFiles.number("to", 1))
            .node("Flatten", List.of("single"), "flat", OnnxFiles.number("axis", 1))
            .output("flat", -1, 24);
    OnnxFile config = file(Map.of("image", OnnxInput.FEATURES_CHANNELS_LAST), Map.of(), null);
    INDArray images = numbers(2, 3, 2, 4);
    assertSame(
        run(read(files, config, 3, 3, 2, 4).upTo(List.of("flat")), images).get("flat"),
        images.permute(0, 2, 3, 1).dup('c').reshape(2, 24));
  }

  /** Weights are let go with the last instance; until then several threads may use them. */
  @Test
  void load_instancesOfSeveralThreads_computeTheSame() {
    FrozenTeacher frozen = read(OnnxFiles.classifier(), file(), 3, 4).upTo(List.of("scores"));
    var loaded = frozen.load();
    INDArray features = numbers(64, 4);
    INDArray expected = loaded.instance().forward(features).get("scores");
    List<INDArray> all =
        java.util.stream.IntStream.range(0, 50)
            .parallel()
            .mapToObj(i -> loaded.instance().forward(features).get("scores"))
            .toList();
    assertThat(all).allMatch(expected::equals);
  }

  @Test
  void read_noOnnx_saysSo() {
    assertThatThrownBy(
            () ->
                OnnxModel.read(
                    "not a model".getBytes(StandardCharsets.UTF_8),
                    file(),
                    KEY,
                    new int[] {4},
                    List.of(3L)))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file teacher.onnx is not an ONNX model");
  }

  @Test
  void read_damaged_saysSo() {
    byte[] whole = OnnxFiles.classifier().bytes();
    assertThatThrownBy(
            () ->
                OnnxModel.read(
                    java.util.Arrays.copyOf(whole, whole.length / 2),
                    file(),
                    KEY,
                    new int[] {4},
                    List.of(3L)))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file teacher.onnx is not an ONNX model, or is damaged: ");
  }

  /** It would be in a library, and none is loaded. */
  @Test
  void read_operatorThatIsNone_isRefused() {
    OnnxFiles files =
        new OnnxFiles()
            .input("x", DataType.FLOAT, -1, 4)
            .node("RunSomething", List.of("x"), "y")
            .output("y", -1, 3);
    assertThatThrownBy(() -> read(files, file(), 3, 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("RunSomething");
  }

  @Test
  void read_anotherShape_saysWhatItTakes() {
    assertMessage(
        () -> read(OnnxFiles.classifier(), file(), 3, 5),
        "Model file teacher.onnx takes 'x' of shape [4], but features of the examples have shape [5]");
  }

  @Test
  void read_channelsLastUnsaid_saysWhatToGive() {
    OnnxFiles files =
        new OnnxFiles()
            .input("image", DataType.FLOAT, -1, 8, 8, 3)
            .node("Relu", List.of("image"), "relu")
            .output("relu", -1, 8, 8, 3);
    assertMessage(
        () -> read(files, file(), 3, 3, 8, 8),
        "Model file teacher.onnx takes 'image' of shape [8, 8, 3], but features of the examples have shape [3, 8, 8]: give it features_channels_last");
  }

  @Test
  void read_channelsLastOfVectors_saysWhatItIsFor() {
    assertMessage(
        () ->
            read(
                OnnxFiles.classifier(),
                file(Map.of("x", OnnxInput.FEATURES_CHANNELS_LAST), Map.of(), null),
                3,
                4),
        "'algorithm.teacher.inputs.x' is features_channels_last, which is for images, but the examples have shape [4]");
  }

  @Test
  void read_batchOfOneSize_saysHowToExport() {
    OnnxFiles files =
        new OnnxFiles()
            .input("x", DataType.FLOAT, 1, 4)
            .node("Relu", List.of("x"), "relu")
            .output("relu", 1, 4);
    assertMessage(
        () -> read(files, file(), 3, 4),
        "Model file teacher.onnx takes 'x' in mini-batches of 1 only: export it with a batch of any size");
  }

  @Test
  void read_otherNumbers_saysWhichItTakes() {
    OnnxFiles files =
        new OnnxFiles()
            .input("x", DataType.FLOAT16, -1, 4)
            .node("Relu", List.of("x"), "relu")
            .output("relu", -1, 4);
    assertMessage(
        () -> read(files, file(), 3, 4),
        "Model file teacher.onnx takes 'x' as FLOAT16, but single or double precision or whole numbers of 32 or 64 bits are needed");
  }

  @Test
  void inputs_unknown_suggestsTheNearest() {
    assertMessage(
        () ->
            read(
                OnnxFiles.encoder(),
                file(Map.of("input_id", OnnxInput.FEATURES), Map.of(), null),
                2,
                4),
        "'algorithm.teacher.inputs' names 'input_id', which is not an input of the model, did you mean 'input_ids'? (known: input_ids, attention_mask, token_type_ids)");
  }

  @Test
  void inputs_severalUnsaid_asksWhatOneIsGiven() {
    OnnxFiles files =
        new OnnxFiles()
            .input("a", DataType.FLOAT, -1, 4)
            .input("b", DataType.FLOAT, -1, 4)
            .node("Add", List.of("a", "b"), "sum")
            .output("sum", -1, 4);
    assertMessage(
        () -> read(files, file(), 3, 4),
        "'algorithm.teacher.inputs' does not say what 'a' is given: the model has inputs [a, b]");
    assertMessage(
        () ->
            read(
                files,
                file(Map.of("a", OnnxInput.MASK, "b", OnnxInput.ZEROS), Map.of(), null),
                3,
                4),
        "'algorithm.teacher.inputs' gives the examples to none of the inputs of model file teacher.onnx, [a, b]: say which one gets features");
  }

  @Test
  void logits_unknown_suggestsTheNearest() {
    assertMessage(
        () -> read(OnnxFiles.classifier(), file(Map.of(), Map.of(), "score"), 3, 4),
        "'algorithm.teacher.logits' is 'score', which the model does not compute, did you mean 'scores'? (known: hidden, relu, scores, probabilities)");
  }

  @Test
  void logits_ofOtherClasses_saysHowMany() {
    assertMessage(
        () -> read(OnnxFiles.classifier(), file(Map.of(), Map.of(), "relu"), 3, 4),
        "'algorithm.teacher.logits' is 'relu', which has shape [5], but scores of shape [3] are needed, as 'data.num_classes' has it");
  }

  @Test
  void tokenMeans_unknown_suggestsTheNearest() {
    assertMessage(
        () ->
            read(
                OnnxFiles.encoder(),
                file(Map.of(), Map.of("sentence", "last_hiden_state"), null),
                2,
                4),
        "'algorithm.teacher.token_means.sentence' is the mean of 'last_hiden_state', which the model does not compute, did you mean 'last_hidden_state'? (also near: embedded, kind)");
  }

  @Test
  void tokenMeans_ofNoTokens_saysWhatIsNeeded() {
    assertMessage(
        () -> read(OnnxFiles.classifier(), file(Map.of(), Map.of("sentence", "relu"), null), 3, 4),
        "'algorithm.teacher.token_means.sentence' is the mean of 'relu', which has shape [5] for examples of shape [4], but [tokens, units] is needed, a token for each feature");
    assertMessage(
        () ->
            read(
                OnnxFiles.encoder(),
                file(Map.of(), Map.of("word", "last_hidden_state"), null),
                2,
                4),
        "'algorithm.teacher.token_means.word' has the name of a value of the model");
  }

  @Test
  void read_operationThatFails_saysWhatOnnxruntimeSays() {
    OnnxFiles files =
        new OnnxFiles()
            .input("x", DataType.FLOAT, -1, 4)
            .node("NoSuchOperation", List.of("x"), "y")
            .output("y", -1, 4);
    assertThatThrownBy(() -> read(files, file(), 3, 4))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("Model file teacher.onnx cannot be run for examples of shape [4]: ")
        .hasMessageContaining("NoSuchOperation");
  }
}
