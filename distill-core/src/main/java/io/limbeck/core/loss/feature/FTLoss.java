package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.UnitRow;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Factor transfer: the difference of the directions of two factors, the student's from a translator
 * and the teacher's from a paraphraser.
 *
 * <pre>
 *   n(x) = x / |x| of each example, flattened
 *   L    = loss_weight * mean |n(s_feature) - n(t_feature)|
 * </pre>
 *
 * <p>Both arguments have one shape and receive a gradient. A factor that is all zero has no
 * direction: it counts as zero and takes no gradient.
 *
 * <p>Beware: across architecture families it can do harm. ResNet-50 to MobileNetV2 on CIFAR-100,
 * student alone 64.60, plain KD 67.35: factor transfer 60.99 (README of Y. Tian's RepDistiller).
 *
 * <p>Source: J. Kim, S. Park, N. Kwak, "Paraphrasing Complex Network: Network Compression via
 * Factor Transfer", NeurIPS 2018, arXiv:1802.04977, equation 3 with p = 1; MMRazor's {@code
 * FTLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record FTLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
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
    double factor = lossWeight / student.length();
    return RowWise.of(
        inputs, STUDENT, TEACHER, factor, (s, t, from, to) -> row(s, t, from, to, factor));
  }

  private static double row(double[] s, double[] t, int from, int to, double factor) {
    UnitRow student = UnitRow.of(s, from, to);
    UnitRow teacher = UnitRow.of(t, from, to);
    double sum = 0;
    double alongStudent = 0;
    double alongTeacher = 0;
    for (int i = from; i < to; i++) {
      s[i] /= student.divisor();
      t[i] /= teacher.divisor();
      double difference = s[i] - t[i];
      sum += Math.abs(difference);
      alongStudent += s[i] * Math.signum(difference);
      alongTeacher += t[i] * Math.signum(difference);
    }
    double toStudent = student.hasDirection() ? factor / student.divisor() : 0;
    double toTeacher = teacher.hasDirection() ? factor / teacher.divisor() : 0;
    for (int i = from; i < to; i++) {
      double sign = Math.signum(s[i] - t[i]);
      s[i] = toStudent * (sign - s[i] * alongStudent);
      t[i] = -toTeacher * (sign - t[i] * alongTeacher);
    }
    return sum;
  }
}
