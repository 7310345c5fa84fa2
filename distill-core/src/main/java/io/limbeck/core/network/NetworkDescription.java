package io.limbeck.core.network;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What can be recorded in a network: its vertices in the order in which they run.
 *
 * @param scope what the names of its vertices begin with and sources leave out; mostly empty
 * @param input the name of its input, as vertices name it
 * @param inputShape of one example
 * @param vertices every vertex but the input and the loss
 * @param logits the vertex that puts out the class scores; null in a network that is no classifier
 * @param loss the module that compares them with the labels; null without one
 */
public record NetworkDescription(
    String scope,
    String input,
    List<Long> inputShape,
    List<Vertex> vertices,
    String logits,
    String loss)
    implements Serializable {
  private static final Pattern EXECUTION = Pattern.compile("#\\d+$");

  /** Copies the lists. */
  public NetworkDescription {
    inputShape = List.copyOf(inputShape);
    vertices = List.copyOf(vertices);
  }

  /**
   * A network of which sources name vertices as they are called.
   *
   * @param input the name of its input, as vertices name it
   * @param inputShape of one example
   * @param vertices every vertex but the input and the loss
   * @param logits the vertex that puts out the class scores
   * @param loss the module that compares them with the labels
   */
  public NetworkDescription(
      String input, List<Long> inputShape, List<Vertex> vertices, String logits, String loss) {
    this("", input, inputShape, vertices, logits, loss);
  }

  /**
   * The same network as one of several whose recorders see no other: as {@link #named}, but sources
   * leave the name out.
   *
   * @param name the network's
   * @param commonInput what the input of all is called
   */
  public NetworkDescription scoped(String name, String commonInput) {
    NetworkDescription named = named(name).withInput(commonInput);
    return new NetworkDescription(
        name + ".", commonInput, inputShape, named.vertices, named.logits, named.loss);
  }

  private NetworkDescription withInput(String other) {
    if (other.equals(input)) {
      return this;
    }
    List<Vertex> fed =
        vertices.stream()
            .map(
                vertex ->
                    new Vertex(
                        vertex.name(),
                        vertex.type(),
                        vertex.shape(),
                        vertex.rows(),
                        vertex.inputs().stream()
                            .map(from -> from.equals(input) ? other : from)
                            .toList(),
                        vertex.parameters()))
            .toList();
    return new NetworkDescription(scope, other, inputShape, fed, logits, loss);
  }

  /**
   * The same network as one of several: every name begins with its own, {@code name.vertex}. Only
   * the input, which all have in common, keeps its name.
   *
   * @param name the network's
   */
  public NetworkDescription named(String name) {
    String prefix = name + ".";
    List<Vertex> renamed =
        vertices.stream()
            .map(
                vertex ->
                    new Vertex(
                        prefix + vertex.name(),
                        vertex.type(),
                        vertex.shape(),
                        vertex.rows(),
                        vertex.inputs().stream()
                            .map(from -> from.equals(input) ? input : prefix + from)
                            .toList(),
                        vertex.parameters().stream()
                            .map(each -> new Vertex.Parameter(prefix + each.name(), each.shape()))
                            .toList()))
            .toList();
    return new NetworkDescription(
        input,
        inputShape,
        renamed,
        logits == null ? null : prefix + logits,
        loss == null ? null : prefix + loss);
  }

  /**
   * Several networks with one input seen as one; the input's name, the logits and the loss are the
   * first one's.
   *
   * @param networks with different names
   */
  public static NetworkDescription union(List<NetworkDescription> networks) {
    NetworkDescription first = networks.get(0);
    return new NetworkDescription(
        first.input,
        first.inputShape,
        networks.stream()
            .flatMap(network -> network.withInput(first.input).vertices.stream())
            .toList(),
        first.logits,
        first.loss);
  }

  /**
   * The vertices that a recorder's source names, one for each execution of the module in a forward
   * pass.
   *
   * @param source a module name
   * @return empty when there is no such module; {@code record_idx} counts in this list
   */
  public List<Vertex> executions(String source) {
    String name = scope + source;
    return vertices.stream()
        .filter(vertex -> vertex.name().equals(name) || moduleOf(vertex.name()).equals(name))
        .toList();
  }

  /** The names that a recorder of outputs may use as its source. */
  public List<String> sources() {
    return vertices.stream()
        .filter(Vertex::isRecordable)
        .map(vertex -> moduleOf(vertex.name()).substring(scope.length()))
        .distinct()
        .collect(Collectors.toList());
  }

  /** Whether a source names the loss module. */
  public boolean isLoss(String source) {
    return (scope + source).equals(loss);
  }

  /**
   * One vertex by its full name.
   *
   * @param name the vertex
   */
  public Optional<Vertex> vertex(String name) {
    return vertices.stream().filter(vertex -> vertex.name().equals(name)).findFirst();
  }

  /** Every parameter, in the order of the vertices. */
  public List<Vertex.Parameter> parameters() {
    return vertices.stream().flatMap(vertex -> vertex.parameters().stream()).toList();
  }

  /**
   * The shape of what a vertex or the input puts out.
   *
   * @param name the vertex or the input
   */
  public List<Long> shapeOf(String name) {
    return name.equals(input) ? inputShape : vertex(name).map(Vertex::shape).orElseThrow();
  }

  /** The module of which a vertex is an execution: {@code relu} for {@code relu#1}. */
  private static String moduleOf(String vertex) {
    return EXECUTION.matcher(vertex).replaceFirst("");
  }
}
