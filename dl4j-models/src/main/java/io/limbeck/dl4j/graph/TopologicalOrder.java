package io.limbeck.dl4j.graph;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * DL4J keeps a graph's order with its configuration, where it outlives a change of the vertices.
 */
final class TopologicalOrder {
  private TopologicalOrder() {}

  static void forget(ComputationGraphConfiguration conf) {
    conf.setTopologicalOrder(null);
    conf.setTopologicalOrderStr(null);
  }
}
