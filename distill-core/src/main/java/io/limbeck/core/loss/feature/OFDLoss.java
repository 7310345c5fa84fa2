package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The partial distance of the overhaul of feature distillation: a student that is below a teacher's
 * silent neuron is left alone.
 *
 * <pre>
 *   L = loss_weight / (batch * mul_factor) * sum( (S - T)^2 where S &gt; T or T &gt; 0 )
 * </pre>
 *
 * <p>Arguments are values before the ReLU, of one shape, the teacher's after the margin ReLU of
 * {@code OFDTeacherConnector}. Both receive a gradient.
 *
 * <p>Source: B. Heo, J. Kim, S. Yun, H. Park, N. Kwak, J. Y. Choi, "A Comprehensive Overhaul of
 * Feature Distillation", ICCV 2019, arXiv:1904.01866, equation 5; MMRazor's {@code OFDLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param mulFactor the sum is divided by it
 */
public record OFDLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "The sum over an example is divided by it", def = "1000.0", above = 0)
        double mulFactor)
    implements Loss {
  private static final String STUDENT = "s_feature";
  private static final String TEACHER = "t_feature";

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
    double factor = lossWeight / (student.size(0) * mulFactor);
    return RowWise.of(
        inputs, STUDENT, TEACHER, factor, (s, t, from, to) -> row(s, t, from, to, factor));
  }

  private static double row(double[] s, double[] t, int from, int to, double factor) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double counts = s[i] > t[i] || t[i] > 0 ? 1 : 0;
      // What is not a number stays so.
      double difference = (s[i] - t[i]) * counts;
      sum += difference * difference;
      s[i] = 2 * factor * difference;
      t[i] = -s[i];
    }
    return sum;
  }
}
