package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares a loss' gradients with central differences of its value, in double precision. */
final class GradientCheck {
  private static final double EPSILON = 1e-6;
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-8;

  private GradientCheck() {}

  static void check(Loss loss, Map<String, ?> values) {
    LossAndGradient result = loss.lossAndGradient(LossInputs.of(values));
    assertThat(result.loss()).isFinite();
    assertThat(result.gradients().keySet()).containsAll(differentiable(loss));
    double tolerance = Math.max(ABSOLUTE, 1e-9 * Math.abs(result.loss()));
    List<String> wrong = new ArrayList<>();
    result
        .gradients()
        .forEach(
            (argument, gradients) -> {
              for (int item = 0; item < gradients.size(); item++) {
                if (gradients.get(item) != null) {
                  check(loss, values, argument, item, gradients.get(item), tolerance, wrong);
                }
              }
            });
    assertThat(wrong).isEmpty();
  }

  private static List<String> differentiable(Loss loss) {
    return loss.arguments().stream()
        .filter(LossArgument::differentiable)
        .map(LossArgument::name)
        .toList();
  }

  private static void check(
      Loss loss,
      Map<String, ?> values,
      String argument,
      int item,
      INDArray gradient,
      double smallest,
      List<String> wrong) {
    INDArray value = item(values.get(argument), item);
    assertThat(gradient.shape()).as(loss + ", " + argument).isEqualTo(value.shape());
    INDArray flat = gradient.dup('c');
    for (long i = 0; i < gradient.length(); i++) {
      double numeric =
          (valueAt(loss, values, argument, item, i, EPSILON)
                  - valueAt(loss, values, argument, item, i, -EPSILON))
              / (2 * EPSILON);
      double tolerance = Math.max(smallest, RELATIVE * Math.abs(numeric));
      if (!(Math.abs(flat.getDouble(i) - numeric) <= tolerance)) {
        wrong.add(
            "%s, element %d of %s[%d]: %s but differences give %s"
                .formatted(loss, i, argument, item, flat.getDouble(i), numeric));
      }
    }
  }

  private static INDArray item(Object value, int item) {
    return value instanceof List<?> list ? (INDArray) list.get(item) : (INDArray) value;
  }

  private static double valueAt(
      Loss loss, Map<String, ?> values, String argument, int item, long element, double shift) {
    Map<String, Object> shifted = new HashMap<>(values);
    INDArray copy = item(values.get(argument), item).dup('c');
    copy.putScalar(element, copy.getDouble(element) + shift);
    if (values.get(argument) instanceof List<?> list) {
      List<Object> items = new ArrayList<>(list);
      items.set(item, copy);
      shifted.put(argument, items);
    } else {
      shifted.put(argument, copy);
    }
    return loss.lossAndGradient(LossInputs.of(shifted)).loss();
  }
}
