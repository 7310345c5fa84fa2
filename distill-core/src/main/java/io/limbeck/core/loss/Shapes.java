package io.limbeck.core.loss;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The shapes of a loss' mapped arguments for one example, without the batch dimension, as far as
 * they are known before training; with the commonest demands that losses make on them.
 *
 * @param all by argument, one for each array of it; an argument whose shape is only known when it
 *     runs is left out
 */
public record Shapes(Map<String, List<List<Long>>> all) {

  /**
   * The shape of an argument that is one array.
   *
   * @param argument its name
   * @return empty when it is not known
   */
  public Optional<List<Long>> of(String argument) {
    List<List<Long>> several = all.get(argument);
    return several == null || several.size() != 1 ? Optional.empty() : Optional.of(several.get(0));
  }

  /**
   * Demands that two arguments have one shape.
   *
   * @param left an argument
   * @param right another one
   * @return what is wrong
   */
  public Optional<String> same(String left, String right) {
    Optional<List<Long>> leftShape = of(left);
    Optional<List<Long>> rightShape = of(right);
    if (leftShape.isEmpty() || rightShape.isEmpty() || leftShape.equals(rightShape)) {
      return Optional.empty();
    }
    return Optional.of(
        differ(left, leftShape.get(), right, rightShape.get())
            + (leftShape.get().size() == 1 && rightShape.get().size() == 1
                ? ", the two networks must have the same number of classes or features"
                : ", a loss between them needs equal shapes: put a connector behind the student's"));
  }

  /**
   * Demands that two arguments have the same height and width.
   *
   * @param left maps {@code [channels, height, width]}
   * @param right others
   * @return what is wrong
   */
  public Optional<String> sameMaps(String left, String right) {
    return maps(left)
        .or(() -> maps(right))
        .or(
            () -> {
              Optional<List<Long>> leftShape = of(left);
              Optional<List<Long>> rightShape = of(right);
              if (leftShape.isEmpty()
                  || rightShape.isEmpty()
                  || Objects.equals(
                      leftShape.get().subList(1, leftShape.get().size()),
                      rightShape.get().subList(1, rightShape.get().size()))) {
                return Optional.empty();
              }
              return Optional.of(
                  differ(left, leftShape.get(), right, rightShape.get())
                      + ", the loss needs equal heights and widths: put a TorchFunctionalConnector"
                      + " 'interpolate' or 'adaptive_avg_pool2d' behind one of them");
            });
  }

  /**
   * Demands that an argument has positions beside its channels.
   *
   * @param argument its name
   * @return what is wrong
   */
  public Optional<String> maps(String argument) {
    return of(argument)
        .filter(shape -> shape.size() < 2)
        .map(
            shape ->
                argument
                    + " has shape "
                    + shape
                    + ", but the loss compares positions and needs maps [channels, height, width]");
  }

  /**
   * Demands that an argument is one row of numbers an example.
   *
   * @param argument its name
   * @return what is wrong
   */
  public Optional<String> vector(String argument) {
    return of(argument)
        .filter(shape -> shape.size() != 1)
        .map(
            shape ->
                argument
                    + " has shape "
                    + shape
                    + ", but the loss needs one vector an example, such as logits [classes]");
  }

  private static String differ(
      String left, List<Long> leftShape, String right, List<Long> rightShape) {
    return left + " has shape " + leftShape + " but " + right + " has shape " + rightShape;
  }
}
