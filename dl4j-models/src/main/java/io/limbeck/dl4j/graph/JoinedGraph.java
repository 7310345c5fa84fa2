package io.limbeck.dl4j.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/**
 * Several networks as one that takes one input. What is {@code head.fc} of a network {@code small}
 * is {@code small.head.fc} of it; a network without a name keeps its own.
 */
public final class JoinedGraph {
  private final ComputationGraphConfiguration conf;
  private final String input;

  /**
   * Puts more into a graph.
   *
   * @param conf the graph, which is changed
   * @param input what the networks take in it
   */
  JoinedGraph(ComputationGraphConfiguration conf, String input) {
    this.conf = conf;
    this.input = input;
  }

  /** What a vertex becomes in another graph: a copy of it, or something else. */
  interface Taken {
    GraphVertex as(String name, GraphVertex vertex);
  }

  /**
   * Joins networks that learn; the outputs are theirs, in their order. One network without a name
   * is what it was.
   *
   * @param networks in logits form, by name; not changed
   * @return a graph in logits form
   */
  public static ComputationGraphConfiguration of(
      Map<String, ComputationGraphConfiguration> networks) {
    ComputationGraphConfiguration conf = networks.values().iterator().next().clone();
    if (networks.keySet().equals(Set.of(""))) {
      return conf;
    }
    conf.getVertices().clear();
    conf.getVertexInputs().clear();
    JoinedGraph joined = new JoinedGraph(conf, conf.getNetworkInputs().get(0));
    List<String> outputs = new ArrayList<>();
    networks.forEach(
        (name, network) -> {
          joined.add(prefix(name), network, (vertexName, vertex) -> vertex.clone());
          network.getNetworkOutputs().forEach(output -> outputs.add(prefix(name) + output));
        });
    conf.setNetworkOutputs(outputs);
    TopologicalOrder.forget(conf);
    return conf;
  }

  /**
   * Adds the mean of several networks' logits.
   *
   * @param conf their graph, as {@link #of} makes it; changed
   * @param name of the mean
   */
  public static void addMean(ComputationGraphConfiguration conf, String name) {
    conf.getVertices().put(name, new ElementWiseVertex(ElementWiseVertex.Op.Average));
    conf.getVertexInputs().put(name, LogitsForm.allLogits(conf));
    TopologicalOrder.forget(conf);
  }

  /**
   * What the names of a network's vertices begin with.
   *
   * @param network its name
   */
  public static String prefix(String network) {
    return network.isEmpty() ? "" : network + ".";
  }

  /**
   * Adds a network.
   *
   * @param prefix of its vertices' names
   * @param from the network; not changed
   * @param taken what becomes of each vertex
   */
  void add(String prefix, ComputationGraphConfiguration from, Taken taken) {
    String own = from.getNetworkInputs().get(0);
    from.getVertices()
        .forEach(
            (name, vertex) -> {
              GraphVertex copy = taken.as(name, vertex);
              if (copy instanceof LayerVertex layer) {
                layer.getLayerConf().getLayer().setLayerName(prefix + name);
              }
              List<String> inputs =
                  from.getVertexInputs().get(name).stream()
                      .map(each -> each.equals(own) ? input : prefix + each)
                      .toList();
              put(prefix + name, copy, inputs);
            });
  }

  /** Adds a vertex. */
  void put(String name, GraphVertex vertex, List<String> inputs) {
    conf.getVertices().put(name, vertex);
    conf.getVertexInputs().put(name, inputs);
  }
}
