package io.limbeck.core.recorder;

import io.limbeck.core.error.Names;
import io.limbeck.core.network.ForwardPass;
import io.limbeck.core.network.NetworkDescription;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where a recorded value comes from: known before the pass that gives it. */
public sealed interface Origin extends Serializable {

  /**
   * The value that a pass left behind.
   *
   * @param pass the pass
   * @return an array, a list of values, {@code DataSamples}, or null where only a call can tell
   */
  Object value(ForwardPass pass);

  /**
   * The shapes for one example, without the batch dimension.
   *
   * @return one for each array; empty when only the pass can tell
   */
  default Optional<List<List<Long>>> shapes() {
    return Optional.empty();
  }

  /** The vertices whose outputs are needed. */
  default List<String> vertices() {
    return List.of();
  }

  /** What it is, in the words of a message. */
  String word();

  /**
   * The output of a vertex, or the network's input.
   *
   * @param vertex its name
   * @param shape for one example
   */
  record Activation(String vertex, List<Long> shape) implements Origin {
    /**
     * What a vertex of a network, or its input, puts out.
     *
     * @param network the network
     * @param name the vertex
     * @throws UnknownSourceException when it has not one row for each example
     */
    static Activation of(NetworkDescription network, String name) {
      network
          .vertex(name)
          .filter(vertex -> !vertex.isRecordable())
          .ifPresent(
              vertex -> {
                throw new UnknownSourceException(
                    "but '%s' has %d rows of %s for each example and cannot be recorded; %s"
                        .formatted(
                            name,
                            vertex.rows(),
                            vertex.shape(),
                            Names.suggestion(name, network.sources())));
              });
      return new Activation(name, network.shapeOf(name));
    }

    @Override
    public Object value(ForwardPass pass) {
      return pass.activation(vertex);
    }

    @Override
    public Optional<List<List<Long>>> shapes() {
      return Optional.of(List.of(shape));
    }

    @Override
    public List<String> vertices() {
      return List.of(vertex);
    }

    @Override
    public String word() {
      return "one array";
    }
  }

  /**
   * Several values, such as the inputs of a module.
   *
   * @param items each one's origin
   */
  record Items(List<Origin> items) implements Origin {
    @Override
    public Object value(ForwardPass pass) {
      return items.stream().map(item -> item.value(pass)).toList();
    }

    @Override
    public Optional<List<List<Long>>> shapes() {
      return items.stream().allMatch(Activation.class::isInstance)
          ? Optional.of(items.stream().map(item -> ((Activation) item).shape()).toList())
          : Optional.empty();
    }

    @Override
    public List<String> vertices() {
      return items.stream().flatMap(item -> item.vertices().stream()).toList();
    }

    @Override
    public String word() {
      return "a list of " + items.size();
    }
  }

  /**
   * A parameter, as it is when the pass has run.
   *
   * @param name {@code vertex/parameter}
   * @param shape whole, there is no batch
   */
  record ParameterValue(String name, List<Long> shape) implements Origin {
    @Override
    public Object value(ForwardPass pass) {
      return pass.parameters().apply(name);
    }

    @Override
    public Optional<List<List<Long>>> shapes() {
      return Optional.of(List.of(shape.subList(1, shape.size())));
    }

    /** The vertex must be part of the network, for its parameter to be. */
    @Override
    public List<String> vertices() {
      return List.of(name.substring(0, name.lastIndexOf('/')));
    }

    @Override
    public String word() {
      return "a parameter";
    }
  }

  /** The labels of the mini-batch. */
  record Labels() implements Origin {
    @Override
    public Object value(ForwardPass pass) {
      return pass.samples().labels();
    }

    @Override
    public String word() {
      return "the labels";
    }
  }

  /** What is known of the examples of the mini-batch. */
  record Samples() implements Origin {
    @Override
    public Object value(ForwardPass pass) {
      return pass.samples();
    }

    @Override
    public String word() {
      return "the data samples";
    }
  }

  /**
   * What a method returns or takes, each time that it is called during the pass.
   *
   * @param method its path
   */
  record Call(String method) implements Origin {
    @Override
    public Object value(ForwardPass pass) {
      return null;
    }

    @Override
    public String word() {
      return "a call of " + method;
    }
  }

  /**
   * Something computed from the output of a vertex. No gradient flows through it.
   *
   * @param vertex its name
   * @param shape of the result for one example; null when only the pass can tell
   * @param function gives a new array
   */
  record Derived(String vertex, List<Long> shape, ArrayFunction function) implements Origin {
    /** A function that travels to the executors. */
    public interface ArrayFunction extends Function<INDArray, INDArray>, Serializable {}

    @Override
    public Object value(ForwardPass pass) {
      return function.apply(pass.activation(vertex));
    }

    @Override
    public Optional<List<List<Long>>> shapes() {
      return shape == null ? Optional.empty() : Optional.of(List.of(shape));
    }

    @Override
    public List<String> vertices() {
      return List.of(vertex);
    }

    @Override
    public String word() {
      return "an array computed from '" + vertex + "'";
    }
  }
}
