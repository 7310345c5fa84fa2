package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.engine.HeapCopy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds where numbers first cease to be finite. */
public final class NonFinite {
  private NonFinite() {}

  /**
   * The first number of an array that is infinite or none.
   *
   * @param array any shape
   */
  static OptionalDouble in(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      double sum = array.sumNumber().doubleValue();
      return Double.isFinite(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
    }
    for (float value : HeapCopy.of(array)) {
      if (!Float.isFinite(value)) {
        return OptionalDouble.of(value);
      }
    }
    return OptionalDouble.empty();
  }

  /**
   * The first vertex, in the order in which they run, whose output is not finite, or its parameter
   * if that is why.
   *
   * @param network that ran
   * @param activations of its vertices, and its input
   * @return a clause such as {@code the output of 'backbone.conv1' is NaN}
   */
  static Optional<String> first(ComputationGraph network, Map<String, INDArray> activations) {
    Map<String, INDArray> inOrder = new LinkedHashMap<>();
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      if (activations.containsKey(name)) {
        inOrder.put(name, activations.get(name));
      }
    }
    for (Map.Entry<String, INDArray> entry : inOrder.entrySet()) {
      OptionalDouble bad = in(entry.getValue());
      if (bad.isPresent()) {
        GraphVertex vertex = network.getVertex(entry.getKey());
        return Optional.of(
            parameter(vertex)
                .orElse(
                    "the %s '%s' is %s"
                        .formatted(
                            vertex.isInputVertex() ? "input" : "output of",
                            entry.getKey(),
                            number(bad.getAsDouble()))));
      }
    }
    return Optional.empty();
  }

  /**
   * The first of some arrays that is not finite.
   *
   * @param outputs by the name of their vertex
   */
  static Optional<String> firstOutput(Map<String, INDArray> outputs) {
    for (Map.Entry<String, INDArray> entry : outputs.entrySet()) {
      OptionalDouble bad = in(entry.getValue());
      if (bad.isPresent()) {
        return Optional.of(
            "the output of '%s' is %s".formatted(entry.getKey(), number(bad.getAsDouble())));
      }
    }
    return Optional.empty();
  }

  /**
   * The first parameter of a network that is not finite.
   *
   * @param network any
   * @return a clause such as {@code the parameter 'head.fc/W' is NaN}
   */
  public static Optional<String> parameter(ComputationGraph network) {
    for (int index : network.topologicalSortOrder()) {
      Optional<String> bad = parameter(network.getVertices()[index]);
      if (bad.isPresent()) {
        return bad;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> parameter(GraphVertex vertex) {
    if (vertex.hasLayer()) {
      for (Map.Entry<String, INDArray> each : vertex.getLayer().paramTable(false).entrySet()) {
        OptionalDouble bad = in(each.getValue());
        if (bad.isPresent()) {
          return Optional.of(
              "the parameter '%s/%s' is %s"
                  .formatted(vertex.getVertexName(), each.getKey(), number(bad.getAsDouble())));
        }
      }
    }
    return Optional.empty();
  }

  private static String number(double bad) {
    return Double.isNaN(bad) ? "NaN" : bad > 0 ? "infinite" : "minus infinite";
  }
}
