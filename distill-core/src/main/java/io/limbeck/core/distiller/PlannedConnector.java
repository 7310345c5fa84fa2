package io.limbeck.core.distiller;

import io.limbeck.core.connector.Connector;
import io.limbeck.core.connector.ConnectorChain;
import io.limbeck.core.network.Side;
import java.util.List;

/**
 * A connector and what it is connected to.
 *
 * @param name in the config
 * @param chain what runs
 * @param side the network whose value it takes
 * @param vertex whose output that is
 * @param outputs the shapes of its outputs for one example
 * @param trains whether gradients go through it, so that it is part of the training graph; else it
 *     runs with the frozen teacher
 */
public record PlannedConnector(
    String name,
    ConnectorChain chain,
    Side side,
    String vertex,
    List<List<Long>> outputs,
    boolean trains) {

  /** Outputs of other connectors that it takes too. */
  public List<Connector.Output> others() {
    return chain.others();
  }
}
