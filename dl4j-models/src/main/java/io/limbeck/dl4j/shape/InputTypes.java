package io.limbeck.dl4j.shape;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Shapes for one example, without the batch dimension, to and from DL4J's input types. */
public final class InputTypes {
  private InputTypes() {}

  /**
   * A shape as DL4J names it.
   *
   * @param shape {@code [features]}, {@code [channels, length]} or {@code [channels, height,
   *     width]}
   * @throws IllegalArgumentException for another rank
   */
  public static InputType of(List<Long> shape) {
    return switch (shape.size()) {
      case 1 -> InputType.feedForward(shape.get(0));
      case 2 -> InputType.recurrent(shape.get(0), shape.get(1));
      case 3 -> InputType.convolutional(shape.get(1), shape.get(2), shape.get(0));
      default -> throw new IllegalArgumentException("No input type for shape " + shape);
    };
  }

  /**
   * DL4J's type as a shape.
   *
   * @param type of an array
   */
  public static List<Long> shape(InputType type) {
    return Arrays.stream(type.getShape(false)).boxed().toList();
  }
}
