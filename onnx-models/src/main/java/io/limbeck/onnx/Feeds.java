package io.limbeck.onnx;

import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.config.OnnxInput;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.onnx.Feed.Numbers;
import io.limbeck.onnx.OnnxGraph.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import onnx.Onnx.TensorProto.DataType;

/** Finds out what the inputs of an ONNX network are given. */
final class Feeds {
  /** As transformers' exporter names them. */
  private static final Map<String, OnnxInput> TEXT =
      Map.of(
          "input_ids", OnnxInput.FEATURES,
          "attention_mask", OnnxInput.MASK,
          "token_type_ids", OnnxInput.ZEROS);

  private static final Map<Integer, Numbers> NUMBERS =
      Map.of(
          DataType.FLOAT_VALUE, Numbers.FLOAT,
          DataType.DOUBLE_VALUE, Numbers.DOUBLE,
          DataType.INT32_VALUE, Numbers.INT32,
          DataType.INT64_VALUE, Numbers.INT64);

  private Feeds() {}

  /**
   * Feeds of all inputs.
   *
   * @param graph the network
   * @param config what is said about it
   * @param key where, for messages
   * @param shape of one example
   * @throws UserException when an input cannot be given what it takes
   */
  static List<Feed> of(OnnxGraph graph, OnnxFile config, String key, int... shape) {
    List<Input> inputs = graph.inputs();
    requireKnown(config, key, inputs);
    List<Feed> feeds = new ArrayList<>();
    for (Input input : inputs) {
      feeds.add(feed(graph, input, given(config, key, inputs, input), key, shape));
    }
    if (feeds.stream().noneMatch(feed -> isExamples(feed.given()))) {
      throw new UserException(
          "'%s.inputs' gives the examples to none of the inputs of model file %s, %s: say which one gets features"
              .formatted(key, graph.name(), names(inputs)));
    }
    return feeds;
  }

  /**
   * The name of the input that is given the examples.
   *
   * @param feeds of all inputs
   */
  static String examples(List<Feed> feeds) {
    return feeds.stream()
        .filter(feed -> isExamples(feed.given()))
        .findFirst()
        .map(Feed::name)
        .orElseThrow();
  }

  private static boolean isExamples(OnnxInput given) {
    return given == OnnxInput.FEATURES || given == OnnxInput.FEATURES_CHANNELS_LAST;
  }

  private static void requireKnown(OnnxFile config, String key, List<Input> inputs) {
    List<String> known = inputs.stream().map(Input::name).toList();
    for (String name : config.inputs().keySet()) {
      if (!known.contains(name)) {
        throw new UserException(
            "'%s.inputs' names '%s', which is not an input of the model, %s"
                .formatted(key, name, Names.suggestion(name, known)));
      }
    }
  }

  private static OnnxInput given(OnnxFile config, String key, List<Input> inputs, Input input) {
    OnnxInput given = config.inputs().get(input.name());
    if (given == null) {
      given = inputs.size() == 1 ? OnnxInput.FEATURES : TEXT.get(input.name());
    }
    if (given == null) {
      throw new UserException(
          "'%s.inputs' does not say what '%s' is given: the model has inputs %s"
              .formatted(key, input.name(), names(inputs)));
    }
    return given;
  }

  private static Feed feed(
      OnnxGraph graph, Input input, OnnxInput given, String key, int... shape) {
    Numbers numbers = NUMBERS.get(input.elementType());
    if (numbers == null) {
      throw new UserException(
          "Model file %s takes '%s' as %s, but single or double precision or whole numbers of 32 or 64 bits are needed"
              .formatted(graph.name(), input.name(), DataType.forNumber(input.elementType())));
    }
    long[] wanted = placed(given, key, input, shape);
    List<Long> dimensions = input.dimensions();
    boolean fits = dimensions.size() == wanted.length + 1;
    for (int i = 0; fits && i < wanted.length; i++) {
      long dimension = dimensions.get(i + 1);
      fits = dimension < 0 || dimension == wanted[i];
    }
    if (!fits) {
      throw new UserException(
          "Model file %s takes '%s' of shape %s, but %s of the examples have shape %s%s"
              .formatted(
                  graph.name(),
                  input.name(),
                  text(dimensions),
                  given == OnnxInput.FEATURES ? "features" : given.name().toLowerCase(Locale.ROOT),
                  Arrays.toString(wanted),
                  hint(dimensions, given, shape)));
    }
    if (dimensions.get(0) >= 0) {
      throw new UserException(
          "Model file %s takes '%s' in mini-batches of %d only: export it with a batch of any size"
              .formatted(graph.name(), input.name(), dimensions.get(0)));
    }
    return new Feed(input.name(), given, numbers);
  }

  /** The commonest mistake. */
  private static String hint(List<Long> dimensions, OnnxInput given, int... shape) {
    boolean channelsLast =
        given == OnnxInput.FEATURES
            && shape.length == 3
            && dimensions.size() == 4
            && dimensions.get(3) == shape[0]
            && dimensions.get(1) != shape[0];
    return channelsLast ? ": give it features_channels_last" : "";
  }

  private static long[] placed(OnnxInput given, String key, Input input, int... shape) {
    if (given != OnnxInput.FEATURES_CHANNELS_LAST) {
      return Arrays.stream(shape).asLongStream().toArray();
    }
    if (shape.length != 3) {
      throw new UserException(
          "'%s.inputs.%s' is features_channels_last, which is for images, but the examples have shape %s"
              .formatted(key, input.name(), Arrays.toString(shape)));
    }
    return new long[] {shape[1], shape[2], shape[0]};
  }

  private static String text(List<Long> dimensions) {
    return dimensions.stream()
        .skip(1)
        .map(each -> each < 0 ? "any" : each.toString())
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String names(List<Input> inputs) {
    return inputs.stream().map(Input::name).toList().toString();
  }
}
