package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The absolute difference.
 *
 * <pre>
 *   L = loss_weight * reduction( |s_feature - t_feature| )
 * </pre>
 *
 * <p>Both arguments have one shape, of any rank. Both receive a gradient; where they are equal it
 * is zero.
 *
 * <p>Source: MMRazor's {@code L1Loss}; with a negative weight the generator's loss of G. Fang et
 * al., "Data-Free Adversarial Distillation", arXiv:1912.11006.
 *
 * @param lossWeight the factor of the loss in the total
 * @param reduction how the elements become one number
 */
@NoEffect(key = "size_average", allowed = "[null]", why = "PyTorch replaced it by reduction")
@NoEffect(key = "reduce", allowed = "[null]", why = "PyTorch replaced it by reduction")
public record L1Loss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "How the elements become one number: mean, sum or none", def = "\"mean\"")
        Reduction reduction)
    implements Loss {
  private static final String STUDENT = "s_feature";
  private static final String TEACHER = "t_feature";

  /** Checks the reduction. */
  public L1Loss {
    reduction.requireOneOf("L1Loss", Reduction.MEAN, Reduction.SUM, Reduction.NONE);
  }

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    double factor = lossWeight * reduction.factor(student.shape());
    return RowWise.of(
        inputs, STUDENT, TEACHER, factor, (s, t, from, to) -> row(s, t, from, to, factor));
  }

  private static double row(double[] s, double[] t, int from, int to, double factor) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double difference = s[i] - t[i];
      sum += Math.abs(difference);
      s[i] = factor * Math.signum(difference);
      t[i] = -s[i];
    }
    return sum;
  }
}
