package io.limbeck.dl4j.graph;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.distiller.PlannedConnector;
import io.limbeck.core.network.NetworkDescription;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Connectors whose outputs are logits, as early exits of the network that they are connected to:
 * each can be evaluated, and is a network of its own when what lies behind it is cut off.
 */
public final class EarlyExits {
  private static final String LOSS_SUFFIX = ".loss";

  private EarlyExits() {}

  /**
   * Adds connectors to the network that they are connected to, with all that they take.
   *
   * @param conf the network in logits form, which is changed
   * @param network the same
   * @param planned all connectors
   * @param names of those that are exits
   * @return the vertices of each connector's outputs
   */
  public static Map<String, List<String>> add(
      ComputationGraphConfiguration conf,
      NetworkDescription network,
      List<PlannedConnector> planned,
      Set<String> names) {
    ConnectorBranches branches = new ConnectorBranches(conf, 0, name -> null);
    for (PlannedConnector connector : needed(planned, names)) {
      branches.declare(connector.vertex(), network.shapeOf(connector.vertex()));
      branches.add(connector, connector.vertex());
    }
    TopologicalOrder.forget(conf);
    return branches.outputs();
  }

  /** In their order, in which each comes after those whose outputs it takes. */
  private static List<PlannedConnector> needed(List<PlannedConnector> planned, Set<String> names) {
    Set<String> needed = new LinkedHashSet<>(names);
    List<PlannedConnector> all = new ArrayList<>();
    for (int i = planned.size() - 1; i >= 0; i--) {
      PlannedConnector connector = planned.get(i);
      if (needed.contains(connector.name())) {
        all.add(0, connector);
        connector.others().stream().map(Connector.Output::connector).forEach(needed::add);
      }
    }
    return all;
  }

  /**
   * The network up to an exit, which becomes its output.
   *
   * @param withExits a network after {@link #add}; not changed
   * @param logits the exit's vertex
   * @return a classifier
   */
  public static ComputationGraphConfiguration cutAt(
      ComputationGraphConfiguration withExits, String logits) {
    ComputationGraphConfiguration conf = withExits.clone();
    Ancestors.keep(conf, List.of(logits));
    String name = logits + LOSS_SUFFIX;
    LossLayer loss =
        new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .activation(Activation.SOFTMAX)
            .build();
    loss.setLayerName(name);
    NeuralNetConfiguration layerConf = new NeuralNetConfiguration();
    layerConf.setLayer(loss);
    layerConf.setDataType(conf.getDataType());
    conf.getVertices().put(name, new LayerVertex(layerConf, null));
    conf.getVertexInputs().put(name, List.of(logits));
    conf.setNetworkOutputs(List.of(name));
    TopologicalOrder.forget(conf);
    return conf;
  }
}
