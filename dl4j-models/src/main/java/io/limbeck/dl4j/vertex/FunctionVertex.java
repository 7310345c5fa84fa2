package io.limbeck.dl4j.vertex;

import io.limbeck.dl4j.shape.InputTypes;
import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A vertex that computes an {@link ArrayFunction}. Part of training graphs and of early exits; a
 * student's file has none.
 */
public final class FunctionVertex extends GraphVertex {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final ArrayFunction function;

  /**
   * A vertex.
   *
   * @param function what it computes
   */
  @JsonCreator
  public FunctionVertex(@JsonProperty("function") ArrayFunction function) {
    this.function = function;
  }

  /** What it computes. */
  public ArrayFunction function() {
    return function;
  }

  @Override
  public GraphVertex clone() {
    return new FunctionVertex(function);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FunctionVertex vertex && vertex.function.equals(function);
  }

  @Override
  public int hashCode() {
    return Objects.hash(function);
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 1;
  }

  @Override
  public int maxVertexInputs() {
    return Integer.MAX_VALUE;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    return new RunningFunctionVertex(graph, name, index, function, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs) {
    return InputTypes.of(function.shape(Arrays.stream(inputs).map(InputTypes::shape).toList()));
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    InputType output = getOutputType(-1, inputs);
    return new LayerMemoryReport.Builder(null, FunctionVertex.class, inputs[0], output)
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, output.arrayElementsPerExample())
        .cacheMemory(0, 0)
        .build();
  }
}
