package io.limbeck.core.loss;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The commonest demand of a loss: two arguments of one shape. */
final class SameShape {
  private SameShape() {}

  static Optional<String> problem(
      String left, List<Long> leftShape, String right, List<Long> rightShape) {
    if (Objects.equals(leftShape, rightShape)) {
      return Optional.empty();
    }
    String hint =
        leftShape.size() == 1 && rightShape.size() == 1
            ? ", the two networks must have the same number of classes"
            : ", a loss between them needs equal shapes";
    return Optional.of(
        left + " has shape " + leftShape + " but " + right + " has shape " + rightShape + hint);
  }
}
