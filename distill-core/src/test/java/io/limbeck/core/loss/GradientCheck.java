package io.limbeck.core.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares a loss' gradients with central differences of its value, in double precision. */
final class GradientCheck {
  private static final double EPSILON = 1e-6;
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-8;

  private GradientCheck() {}

  static void check(Loss loss, Map<String, INDArray> values) {
    Map<String, INDArray> gradients = loss.lossAndGradient(values).gradients();
    assertThat(gradients.keySet())
        .containsExactlyInAnyOrderElementsOf(
            loss.arguments().stream()
                .filter(LossArgument::differentiable)
                .map(LossArgument::name)
                .toList());
    SoftAssertions softly = new SoftAssertions();
    gradients.forEach(
        (argument, gradient) -> {
          assertThat(gradient.shape()).isEqualTo(values.get(argument).shape());
          for (long i = 0; i < gradient.length(); i++) {
            double numeric =
                (valueAt(loss, values, argument, i, EPSILON)
                        - valueAt(loss, values, argument, i, -EPSILON))
                    / (2 * EPSILON);
            double analytic = gradient.dup('c').getDouble(i);
            double tolerance = Math.max(ABSOLUTE, RELATIVE * Math.abs(numeric));
            softly
                .assertThat(analytic)
                .as("%s, element %d of %s", loss, i, argument)
                .isCloseTo(numeric, org.assertj.core.data.Offset.offset(tolerance));
          }
        });
    softly.assertAll();
  }

  private static double valueAt(
      Loss loss, Map<String, INDArray> values, String argument, long element, double shift) {
    Map<String, INDArray> shifted = new HashMap<>(values);
    INDArray copy = values.get(argument).dup('c');
    copy.putScalar(element, copy.getDouble(element) + shift);
    shifted.put(argument, copy);
    return loss.lossAndGradient(shifted).loss();
  }
}
