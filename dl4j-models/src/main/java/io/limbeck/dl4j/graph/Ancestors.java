package io.limbeck.dl4j.graph;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** What vertices need. */
final class Ancestors {
  private Ancestors() {}

  /** Removes every vertex that none of some vertices needs. */
  static void keep(ComputationGraphConfiguration conf, Collection<String> vertices) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(vertices);
    while (!open.isEmpty()) {
      String vertex = open.pop();
      if (needed.add(vertex)) {
        open.addAll(conf.getVertexInputs().getOrDefault(vertex, List.of()));
      }
    }
    conf.getVertices().keySet().retainAll(needed);
    conf.getVertexInputs().keySet().retainAll(needed);
    TopologicalOrder.forget(conf);
  }
}
