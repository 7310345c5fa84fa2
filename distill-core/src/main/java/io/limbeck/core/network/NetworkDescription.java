package io.limbeck.core.network;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What can be recorded in a network: its vertices in the order in which they run.
 *
 * @param vertices every vertex but the inputs and the loss
 */
public record NetworkDescription(List<Vertex> vertices) implements Serializable {
  private static final Pattern EXECUTION = Pattern.compile("#\\d+$");

  /** Copies the list. */
  public NetworkDescription {
    vertices = List.copyOf(vertices);
  }

  /**
   * The vertices that a recorder's source names, one for each execution of the module in a forward
   * pass.
   *
   * @param source a module name
   * @return empty when there is no such module; {@code record_idx} counts in this list
   */
  public List<Vertex> executions(String source) {
    return vertices.stream()
        .filter(vertex -> vertex.name().equals(source) || moduleOf(vertex.name()).equals(source))
        .toList();
  }

  /** The names that a recorder may use as its source. */
  public List<String> sources() {
    return vertices.stream()
        .map(vertex -> moduleOf(vertex.name()))
        .distinct()
        .collect(Collectors.toList());
  }

  /**
   * One vertex by its full name.
   *
   * @param name the vertex
   */
  public Optional<Vertex> vertex(String name) {
    return vertices.stream().filter(vertex -> vertex.name().equals(name)).findFirst();
  }

  /** The module of which a vertex is an execution: {@code relu} for {@code relu#1}. */
  private static String moduleOf(String vertex) {
    return EXECUTION.matcher(vertex).replaceFirst("");
  }
}
