package io.limbeck.dl4j.fusion;

import java.util.List;
import java.util.Map;

/**
 * The operations of a network, in order.
 *
 * @param operations all that is to be done
 * @param same the names of outputs that are others' under another name
 */
public record Plan(List<Operation> operations, Map<String, String> same) {
  /** Whether vertices are put out by operations, and none is the network's input. */
  public boolean computes(List<String> vertices) {
    List<String> computed = operations.stream().map(Operation::name).toList();
    return vertices.stream().map(this::source).allMatch(computed::contains);
  }

  /** The operation, or input, whose output a vertex' is. */
  public String source(String vertex) {
    return same.getOrDefault(vertex, vertex);
  }
}
