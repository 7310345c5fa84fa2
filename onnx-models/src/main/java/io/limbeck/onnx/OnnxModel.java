package io.limbeck.onnx;

import io.limbeck.core.config.OnnxFile;
import io.limbeck.core.error.Names;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.FrozenTeacher;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import onnx.Onnx.NodeProto;

/** An ONNX file that fits the data, tried once. */
public final class OnnxModel {
  private static final String LOSS_SUFFIX = ".loss";
  private static final String SOFTMAX = "Softmax";

  private final OnnxGraph graph;
  private final OnnxFile config;
  private final String key;
  private final List<Feed> feeds;
  private final String input;
  private final NetworkDescription description;

  /** By outputs: cutting a large file takes its time. */
  private final Map<List<String>, FrozenTeacher> parts = new ConcurrentHashMap<>();

  private OnnxModel(
      OnnxGraph graph,
      OnnxFile config,
      String key,
      List<Feed> feeds,
      int[] shape,
      List<Long> scores) {
    this.graph = graph;
    this.config = config;
    this.key = key;
    this.feeds = feeds;
    this.input = Feeds.examples(feeds);
    Map<String, long[]> shapes = Trial.shapes(graph, feeds, shape);
    List<Vertex> vertices = new ArrayList<>();
    graph.values().stream()
        .filter(shapes::containsKey)
        .forEach(value -> vertices.add(vertex(value, shapes)));
    config.tokenMeans().forEach((name, of) -> vertices.add(tokenMean(name, of, shapes, shape)));
    String logits = logits(shapes, scores);
    this.description =
        new NetworkDescription(
            input,
            Arrays.stream(shape).mapToObj(Long::valueOf).toList(),
            vertices,
            logits,
            logits == null ? null : logits + LOSS_SUFFIX);
  }

  /**
   * Reads a file and tries it on two examples.
   *
   * @param bytes of the file
   * @param config what is said about it
   * @param key where, for messages
   * @param shape of one example
   * @param scores the shape of an example's class scores: {@code [classes]} or {@code [classes,
   *     height, width]}; null where it is not known
   * @throws UserException when it cannot be what is wanted
   */
  public static OnnxModel read(
      byte[] bytes, OnnxFile config, String key, int[] shape, List<Long> scores) {
    OnnxGraph graph = OnnxGraph.read(bytes, config.path());
    List<Feed> feeds = Feeds.of(graph, config, key, shape);
    return new OnnxModel(graph, config, key, feeds, shape, scores);
  }

  /**
   * Whether a file's name says that it is of this kind.
   *
   * @param path of the file
   */
  public static boolean isOnnx(String path) {
    return path.toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  /**
   * The shape of an example that a file tells.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @return empty where its first input may be of several shapes
   */
  public static Optional<int[]> inputShape(byte[] bytes, String name) {
    return OnnxGraph.read(bytes, name).inputs().stream()
        .findFirst()
        .map(input -> input.dimensions().stream().skip(1).mapToInt(Math::toIntExact).toArray())
        .filter(shape -> Arrays.stream(shape).allMatch(size -> size > 0));
  }

  /** What can be recorded in it. */
  public NetworkDescription description() {
    return description;
  }

  /** How many numbers its weights are. */
  public long parameters() {
    return graph.parameters();
  }

  /**
   * The part that some of its values need.
   *
   * @param values of the description, or the input, which is always there
   */
  public FrozenTeacher upTo(Collection<String> values) {
    List<String> outputs = values.stream().filter(value -> !value.equals(input)).toList();
    if (outputs.isEmpty()) {
      outputs = List.of(description.vertices().get(0).name());
    }
    return parts.computeIfAbsent(
        outputs, wanted -> FrozenOnnx.of(graph, feeds, input, config.tokenMeans(), wanted));
  }

  private Vertex vertex(String value, Map<String, long[]> shapes) {
    NodeProto node = graph.producer(value).orElseThrow();
    return new Vertex(
        value,
        node.getOpType(),
        Arrays.stream(shapes.get(value)).boxed().toList(),
        node.getInputList().stream()
            .filter(each -> shapes.containsKey(each) || each.equals(input))
            .toList(),
        List.of());
  }

  private Vertex tokenMean(String name, String of, Map<String, long[]> shapes, int... shape) {
    String at = "'%s.token_means.%s'".formatted(key, name);
    long[] found = shapes.get(of);
    if (found == null) {
      throw new UserException(
          "%s is the mean of '%s', which the model does not compute, %s"
              .formatted(at, of, Names.suggestion(of, shapes.keySet())));
    }
    if (found.length != 2 || shape.length != 1 || found[0] != shape[0]) {
      throw new UserException(
          "%s is the mean of '%s', which has shape %s for examples of shape %s, but [tokens, units] is needed, a token for each feature"
              .formatted(at, of, Arrays.toString(found), Arrays.toString(shape)));
    }
    if (shapes.containsKey(name)) {
      throw new UserException("%s has the name of a value of the model".formatted(at));
    }
    return new Vertex(name, "TokenMean", List.of(found[1]), List.of(of), List.of());
  }

  /** Null where there is none. */
  private String logits(Map<String, long[]> shapes, List<Long> scores) {
    if (config.logits() != null) {
      long[] found = shapes.get(config.logits());
      if (found == null) {
        throw new UserException(
            "'%s.logits' is '%s', which the model does not compute, %s"
                .formatted(
                    key, config.logits(), Names.suggestion(config.logits(), shapes.keySet())));
      }
      if (!isScores(found, scores)) {
        throw new UserException(
            "'%s.logits' is '%s', which has shape %s, but scores of shape %s are needed, as 'data.num_classes' has it"
                .formatted(key, config.logits(), Arrays.toString(found), scores));
      }
      return config.logits();
    }
    return graph.outputs().stream()
        .map(this::beforeSoftmax)
        .filter(value -> shapes.containsKey(value) && isScores(shapes.get(value), scores))
        .findFirst()
        .orElse(null);
  }

  private String beforeSoftmax(String output) {
    Optional<NodeProto> node = graph.producer(output);
    return node.filter(each -> each.getOpType().equals(SOFTMAX))
        .map(each -> each.getInput(0))
        .orElse(output);
  }

  private static boolean isScores(long[] shape, List<Long> scores) {
    return scores == null
        ? shape.length == 1
        : Arrays.stream(shape).boxed().toList().equals(scores);
  }
}
