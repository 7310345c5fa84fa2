package io.limbeck.core.distiller;

/** Where a gradient of a loss enters what learns. */
public sealed interface GradientTarget {

  /**
   * The output of a vertex of the student.
   *
   * @param name of the vertex
   */
  record Vertex(String name) implements GradientTarget {}

  /**
   * An output of a connector in the training graph.
   *
   * @param connector its name
   * @param index which output
   */
  record ConnectorOutput(String connector, int index) implements GradientTarget {}

  /**
   * A parameter of the student.
   *
   * @param name {@code vertex/parameter}
   */
  record StudentParameter(String name) implements GradientTarget {}

  /**
   * A parameter of a loss.
   *
   * @param loss its name
   * @param parameter of the loss
   */
  record LossParameter(String loss, String parameter) implements GradientTarget {}
}
