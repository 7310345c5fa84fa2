package io.limbeck.core.network;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * One recordable vertex of a network.
 *
 * @param name its name, such as {@code backbone.layer1.0.conv1}; the second and later executions of
 *     a module that the reference framework runs several times are vertices of their own, named
 *     {@code module#1}, {@code module#2}
 * @param type what it is, such as {@code Convolution}
 * @param shape of a row of its output
 * @param rows of its output for each example; more than one where the network makes examples of
 *     parts of one, and then it cannot be recorded
 * @param inputs the vertices, or the network's input, whose outputs it takes
 * @param parameters the parameters it holds
 */
public record Vertex(
    String name,
    String type,
    List<Long> shape,
    long rows,
    List<String> inputs,
    List<Parameter> parameters)
    implements Serializable {
  /** Copies the lists. */
  public Vertex {
    shape = List.copyOf(shape);
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
  }

  /**
   * One whose output has a row for each example.
   *
   * @param name its name
   * @param type what it is
   * @param shape its output for one example, without the batch dimension
   * @param inputs the vertices, or the network's input, whose outputs it takes
   * @param parameters the parameters it holds
   */
  public Vertex(
      String name, String type, List<Long> shape, List<String> inputs, List<Parameter> parameters) {
    this(name, type, shape, 1, inputs, parameters);
  }

  /** Whether its output can be recorded. */
  public boolean isRecordable() {
    return rows == 1;
  }

  /**
   * One parameter of a vertex.
   *
   * @param name its full name, {@code vertex/parameter}
   * @param shape its shape
   */
  public record Parameter(String name, List<Long> shape) implements Serializable {
    /** Copies the list. */
    public Parameter {
      shape = List.copyOf(shape);
    }

    /**
     * From an array's shape.
     *
     * @param name its full name
     * @param shape its shape
     */
    public static Parameter of(String name, long... shape) {
      return new Parameter(name, Arrays.stream(shape).boxed().toList());
    }
  }
}
