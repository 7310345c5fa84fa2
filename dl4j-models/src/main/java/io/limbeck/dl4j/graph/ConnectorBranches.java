package io.limbeck.dl4j.graph;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.connector.Branch;
import io.limbeck.dl4j.connector.GraphConnector;
import io.limbeck.dl4j.shape.InputTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds connectors into a graph. Their vertices are named {@code connectors.NAME.LAYER}. */
final class ConnectorBranches {
  static final String PREFIX = "connectors.";

  private final ComputationGraphConfiguration graph;
  private final long seed;
  private final Function<String, INDArray> parameters;
  private final Map<String, InputType> types = new HashMap<>();
  private final Map<String, List<String>> outputs = new LinkedHashMap<>();

  /**
   * Branches of one graph.
   *
   * @param graph that grows
   * @param seed of their weights
   * @param parameters finds a parameter of the teacher by its full name
   */
  ConnectorBranches(
      ComputationGraphConfiguration graph, long seed, Function<String, INDArray> parameters) {
    this.graph = graph;
    this.seed = seed;
    this.parameters = parameters;
  }

  /** Tells the shape of a vertex that connectors take. */
  void declare(String vertex, List<Long> shape) {
    types.put(vertex, InputTypes.of(shape));
  }

  /**
   * Adds a connector.
   *
   * @param connector what to add
   * @param input the vertex of this graph whose output it takes
   */
  void add(PlannedConnector connector, String input) {
    List<String> inputs = new ArrayList<>(List.of(input));
    for (Connector.Output other : connector.others()) {
      inputs.add(outputs.get(other.connector()).get(other.index()));
    }
    List<Connector> chain = connector.chain().connectors();
    for (int i = 0; i < chain.size(); i++) {
      String prefix = PREFIX + connector.name() + (chain.size() == 1 ? "." : "." + i + ".");
      inputs = build(connector.name(), chain.get(i), prefix, inputs);
    }
    outputs.put(connector.name(), inputs);
  }

  private List<String> build(String name, Connector connector, String prefix, List<String> inputs) {
    if (!(connector instanceof GraphConnector buildable)) {
      throw new UserException(
          "Connector '%s' is a %s, which is no GraphConnector, so no graph can be built of it"
              .formatted(name, connector.getClass().getName()));
    }
    Function<String, INDArray> ofInput =
        parameter -> parameters.apply(ConnectorGraph.plainName(parameter));
    try {
      return buildable.build(new Branch(graph, prefix, seed, types, ofInput), inputs);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "Connector '%s' cannot be built: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** The vertices that put out each connector's outputs. */
  Map<String, List<String>> outputs() {
    return outputs;
  }
}
