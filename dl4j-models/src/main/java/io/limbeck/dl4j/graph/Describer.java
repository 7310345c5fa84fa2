package io.limbeck.dl4j.graph;

import io.limbeck.core.error.UserException;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Vertex;
import io.limbeck.dl4j.shape.Activation;
import io.limbeck.dl4j.shape.Activations;
import io.limbeck.dl4j.shape.InputTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Lists what can be recorded in a network. */
public final class Describer {
  private Describer() {}

  /**
   * A network's recordable vertices in the order in which they run.
   *
   * @param network initialised, in logits form
   * @param input the shape of its input
   * @throws UserException when the network cannot take such an input
   */
  public static NetworkDescription describe(ComputationGraph network, InputType input) {
    ComputationGraphConfiguration conf = network.getConfiguration();
    Map<String, Activation> activations = activations(conf, input);
    List<Vertex> vertices = new ArrayList<>();
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      GraphVertex vertex = conf.getVertices().get(name);
      if (vertex != null && !isOutput(vertex)) {
        vertices.add(
            new Vertex(
                name,
                kind(vertex),
                InputTypes.shape(activations.get(name).type()),
                activations.get(name).rows(),
                conf.getVertexInputs().get(name),
                parameters(network, name, vertex)));
      }
    }
    return new NetworkDescription(
        conf.getNetworkInputs().get(0),
        InputTypes.shape(input),
        vertices,
        LogitsForm.logits(conf),
        LogitsForm.loss(conf));
  }

  private static Map<String, Activation> activations(
      ComputationGraphConfiguration conf, InputType input) {
    try {
      return Activations.of(conf, input);
    } catch (RuntimeException e) {
      throw new UserException(
          "The model does not take an input of " + input + ": " + e.getMessage(), e);
    }
  }

  private static boolean isOutput(GraphVertex vertex) {
    return vertex instanceof LayerVertex layerVertex
        && LogitsForm.isOutput(layerVertex.getLayerConf().getLayer());
  }

  private static String kind(GraphVertex vertex) {
    String name =
        vertex instanceof LayerVertex layerVertex
            ? layerVertex.getLayerConf().getLayer().getClass().getSimpleName()
            : vertex.getClass().getSimpleName();
    return name.replaceFirst("(Layer|Vertex)$", "");
  }

  private static List<Vertex.Parameter> parameters(
      ComputationGraph network, String name, GraphVertex vertex) {
    if (!(vertex instanceof LayerVertex)) {
      return List.of();
    }
    List<Vertex.Parameter> parameters = new ArrayList<>();
    for (Map.Entry<String, INDArray> entry : network.getLayer(name).paramTable(false).entrySet()) {
      parameters.add(Vertex.Parameter.of(name + "/" + entry.getKey(), entry.getValue().shape()));
    }
    return parameters;
  }
}
