package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.PairedRows;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Activation boundaries: where the teacher's neuron fires the student's should be above the margin,
 * elsewhere below its negative.
 *
 * <pre>
 *   l = (s + margin)^2   where s &gt; -margin and t &lt;= 0
 *       (s - margin)^2   where s &lt;= margin and t &gt; 0,   else 0
 *   L = loss_weight * 3 / 1000 * sum( l ) / batch
 * </pre>
 *
 * <p>Arguments are values before the ReLU, of one shape. Only the sign of the teacher's counts, so
 * it receives no gradient.
 *
 * <p>Source: B. Heo, M. Lee, S. Yun, J. Y. Choi, "Knowledge Transfer via Distillation of Activation
 * Boundaries Formed by Hidden Neurons", AAAI 2019, arXiv:1811.03233, equation 5; the factor is that
 * of the authors' code and of MMRazor's {@code ABLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param margin how far beyond the boundary is far enough
 */
public record ABLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "How far beyond the boundary is far enough", def = "1.0", min = 0) double margin)
    implements Loss {
  private static final String STUDENT = "s_feature";
  private static final String TEACHER = "t_feature";
  private static final double SCALE = 3.0 / 1000;

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, false));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    double factor = lossWeight * SCALE / student.size(0);
    PairedRows rows =
        PairedRows.of(
            student, inputs.array(TEACHER), false, (s, t, from, to) -> row(s, t, from, to, factor));
    return LossAndGradient.of(factor * rows.sum()).with(STUDENT, rows.first());
  }

  private double row(double[] s, double[] t, int from, int to, double factor) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      boolean fires = t[i] > 0;
      double counts = (fires ? s[i] <= margin : s[i] > -margin) ? 1 : 0;
      // What is not a number stays so.
      double distance = (s[i] - (fires ? margin : -margin)) * counts;
      sum += distance * distance;
      s[i] = 2 * factor * distance;
    }
    return sum;
  }
}
