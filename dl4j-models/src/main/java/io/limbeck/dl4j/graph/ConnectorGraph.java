package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.PlannedConnector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The connectors behind the teacher that learn nothing: a graph of their own that is fed with what
 * the teacher recorded and only runs forward.
 */
public final class ConnectorGraph {
  private static final String TEACHER_PREFIX = "teacher.";

  private final ComputationGraph network;
  private final List<String> inputs;
  private final Map<String, List<String>> outputs;

  private ConnectorGraph(
      ComputationGraph network, List<String> inputs, Map<String, List<String>> outputs) {
    this.network = network;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Builds the graph.
   *
   * @param connectors those that do not train; may be none
   * @param shapes finds the shape of a teacher's vertex
   * @param parameters finds a parameter of the teacher, or of a pretrained connector, by its full
   *     name
   * @param dataType of everything
   */
  public static ConnectorGraph of(
      List<PlannedConnector> connectors,
      Function<String, List<Long>> shapes,
      Function<String, INDArray> parameters,
      DataType dataType) {
    if (connectors.isEmpty()) {
      return new ConnectorGraph(null, List.of(), Map.of());
    }
    ComputationGraphConfiguration conf = empty(dataType);
    ConnectorBranches branches = new ConnectorBranches(conf, 0, parameters);
    Set<String> taken = new LinkedHashSet<>();
    for (PlannedConnector connector : connectors) {
      taken.add(connector.vertex());
      branches.declare(inputName(connector.vertex()), shapes.apply(connector.vertex()));
      branches.add(connector, inputName(connector.vertex()));
    }
    conf.setNetworkInputs(taken.stream().map(ConnectorGraph::inputName).toList());
    List<String> all = new ArrayList<>();
    branches.outputs().values().forEach(all::addAll);
    conf.setNetworkOutputs(all.stream().distinct().toList());
    ComputationGraph network = Networks.fresh(conf);
    load(network, parameters);
    return new ConnectorGraph(network, List.copyOf(taken), branches.outputs());
  }

  /** Connectors that an earlier experiment trained have weights of their own. */
  private static void load(ComputationGraph network, Function<String, INDArray> parameters) {
    ParameterLayout layout = ParameterLayout.of(network);
    Map<String, float[]> given = new LinkedHashMap<>();
    for (ParameterLayout.Segment segment : layout.segments()) {
      INDArray value = parameters.apply(segment.name());
      if (value != null) {
        given.put(segment.name(), value.dup('c').data().asFloat());
      }
    }
    if (!given.isEmpty()) {
      float[] vector = Networks.parameters(network);
      layout.write(given, vector);
      network.setParams(Networks.vector(vector));
    }
  }

  private static ComputationGraphConfiguration empty(DataType dataType) {
    NeuralNetConfiguration defaults =
        new NeuralNetConfiguration.Builder().dataType(dataType).build();
    ComputationGraphConfiguration conf = new ComputationGraphConfiguration();
    conf.setDefaultConfiguration(defaults);
    conf.setDataType(dataType);
    return conf;
  }

  /** The name under which a teacher's vertex enters another graph. */
  static String inputName(String vertex) {
    return TEACHER_PREFIX + vertex;
  }

  /** The teacher's own name of an input, and of everything else its name. */
  static String plainName(String name) {
    return name.startsWith(TEACHER_PREFIX) ? name.substring(TEACHER_PREFIX.length()) : name;
  }

  /**
   * Runs the connectors.
   *
   * @param teacher what the teacher's vertices put out
   * @return each connector's outputs
   */
  public Map<String, List<INDArray>> forward(Map<String, INDArray> teacher) {
    if (network == null) {
      return Map.of();
    }
    INDArray[] results =
        network.output(false, inputs.stream().map(teacher::get).toArray(INDArray[]::new));
    List<String> names = network.getConfiguration().getNetworkOutputs();
    Map<String, List<INDArray>> values = new LinkedHashMap<>();
    outputs.forEach(
        (connector, vertices) ->
            values.put(
                connector,
                vertices.stream().map(vertex -> results[names.indexOf(vertex)]).toList()));
    return values;
  }
}
