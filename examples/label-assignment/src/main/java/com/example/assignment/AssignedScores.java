package com.example.assignment;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex of a user's own: an image's score for a class is the mean of the class's map at the
 * positions that are assigned to it.
 */
public final class AssignedScores extends GraphVertex {
  private static final long serialVersionUID = 1L;

  private int positives = 1;

  /** For DL4J, which reads the vertex from a model file. */
  public AssignedScores() {}

  /**
   * A vertex.
   *
   * @param positives positions of each class
   */
  public AssignedScores(int positives) {
    this.positives = positives;
  }

  /** Positions of each class. */
  public int getPositives() {
    return positives;
  }

  /**
   * Positions of each class.
   *
   * @param positives how many
   */
  public void setPositives(int positives) {
    this.positives = positives;
  }

  @Override
  public GraphVertex clone() {
    return new AssignedScores(positives);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AssignedScores vertex && vertex.positives == positives;
  }

  @Override
  public int hashCode() {
    return positives;
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
    return 1;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    return new RunningAssignedScores(graph, name, index, dataType, positives);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs) {
    return InputType.feedForward(((InputType.InputTypeConvolutional) inputs[0]).getChannels());
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    return new LayerMemoryReport.Builder(
            null, AssignedScores.class, inputs[0], getOutputType(-1, inputs))
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, inputs[0].arrayElementsPerExample())
        .cacheMemory(0, 0)
        .build();
  }
}
