package io.limbeck.core.loss;

import io.limbeck.core.network.Side;

/**
 * One argument of a loss.
 *
 * @param name as in a config's {@code loss_forward_mappings}
 * @param side the network whose value it usually is
 * @param kind what it must be
 * @param differentiable whether the loss gives a gradient with respect to it
 * @param required whether it must be mapped
 */
public record LossArgument(
    String name, Side side, Kind kind, boolean differentiable, boolean required) {

  /** What a value is. */
  public enum Kind {
    /** One array, batch first. */
    ARRAY("an array"),
    /** A list of arrays; one array counts as a list of one. */
    ARRAYS("a list of arrays"),
    /** The class of every example: indices, or one-hot rows. */
    LABELS("the labels"),
    /** Labels and numbers of the examples. */
    SAMPLES("the data samples"),
    /** One number. */
    NUMBER("a number");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The words in messages. */
    public String word() {
      return word;
    }
  }

  /**
   * An array of the student that receives a gradient.
   *
   * @param name of the argument
   */
  public static LossArgument student(String name) {
    return new LossArgument(name, Side.STUDENT, Kind.ARRAY, true, true);
  }

  /**
   * An array of the teacher.
   *
   * @param name of the argument
   * @param differentiable whether it receives a gradient, for a trainable connector behind the
   *     teacher or a generator before it
   */
  public static LossArgument teacher(String name, boolean differentiable) {
    return new LossArgument(name, Side.TEACHER, Kind.ARRAY, differentiable, true);
  }

  /**
   * The class of every example.
   *
   * @param name of the argument
   */
  public static LossArgument labels(String name) {
    return new LossArgument(name, Side.STUDENT, Kind.LABELS, false, true);
  }

  /** The same, as a list of arrays. */
  public LossArgument several() {
    return new LossArgument(name, side, Kind.ARRAYS, differentiable, required);
  }

  /**
   * The same argument of another kind, without a gradient, that may be left out.
   *
   * @param other the kind
   */
  public LossArgument optional(Kind other) {
    return new LossArgument(name, side, other, false, false);
  }
}
