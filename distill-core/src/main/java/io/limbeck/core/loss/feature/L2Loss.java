package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.PairedRows;
import io.limbeck.core.math.UnitRow;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The squared difference, of the features as they are or of their directions.
 *
 * <pre>
 *   n(x) = mult * x / |x| of each example, flattened, if normalize; else x
 *   E    = sum (n(s_feature) - n(t_feature))^2
 *   L    = loss_weight * sqrt(E)          if dist
 *          loss_weight * E / elements     if div_element
 *          loss_weight * E / batch        otherwise
 * </pre>
 *
 * <p>Both arguments have one shape, of any rank, and both receive a gradient. An example whose
 * feature is all zero has no direction: it counts as zero and takes no gradient.
 *
 * <p>Beware: used as a hint across architecture families it can do harm. ResNet-50 to MobileNetV2
 * on CIFAR-100, student alone 64.60, plain KD 67.35: FitNets 63.16 (README of Y. Tian's
 * RepDistiller).
 *
 * <p>Source: A. Romero et al., "FitNets: Hints for Thin Deep Nets", ICLR 2015, arXiv:1412.6550,
 * equation 3; MMRazor's {@code L2Loss}.
 *
 * @param lossWeight the factor of the loss in the total
 * @param normalize whether each example is scaled to length {@code mult} first
 * @param mult that length
 * @param divElement whether the sum is divided by the elements and not by the batch size
 * @param dist whether the root of the sum is taken, undivided
 */
public record L2Loss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Whether each example's feature is scaled to length mult first", def = "true")
        boolean normalize,
    @Key(value = "Length of the scaled features", def = "1.0") double mult,
    @Key(
            value = "Whether the sum is divided by all elements rather than by the batch size",
            def = "false")
        boolean divElement,
    @Key(value = "Whether the root of the undivided sum is taken", def = "false") boolean dist)
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
    double divisor = dist ? 1 : divElement ? student.length() : student.size(0);
    PairedRows rows =
        PairedRows.of(
            student,
            inputs.array(TEACHER),
            inputs.wantsGradient(TEACHER),
            normalize
                ? (s, t, from, to) -> directions(s, t, from, to, 2 * lossWeight / divisor)
                : (s, t, from, to) -> differences(s, t, from, to, 2 * lossWeight / divisor));
    return dist ? root(rows) : result(lossWeight * rows.sum() / divisor, rows);
  }

  /** The root has no slope at zero; there the smallest one is taken. */
  private LossAndGradient root(PairedRows rows) {
    double root = Math.sqrt(rows.sum());
    double slope = root == 0 ? 0 : 0.5 / root;
    rows.first().muli(slope);
    if (rows.second() != null) {
      rows.second().muli(slope);
    }
    return result(lossWeight * root, rows);
  }

  private static LossAndGradient result(double loss, PairedRows rows) {
    LossAndGradient result = LossAndGradient.of(loss).with(STUDENT, rows.first());
    return rows.second() == null ? result : result.with(TEACHER, rows.second());
  }

  private static double differences(double[] s, double[] t, int from, int to, double factor) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double difference = s[i] - t[i];
      sum += difference * difference;
      s[i] = factor * difference;
      t[i] = -s[i];
    }
    return sum;
  }

  private double directions(double[] s, double[] t, int from, int to, double factor) {
    UnitRow student = UnitRow.of(s, from, to);
    UnitRow teacher = UnitRow.of(t, from, to);
    double sum = 0;
    double alongStudent = 0;
    double alongTeacher = 0;
    for (int i = from; i < to; i++) {
      s[i] /= student.divisor();
      t[i] /= teacher.divisor();
      double difference = s[i] - t[i];
      sum += difference * difference;
      alongStudent += s[i] * difference;
      alongTeacher += t[i] * difference;
    }
    double toStudent = student.hasDirection() ? factor * mult * mult / student.divisor() : 0;
    double toTeacher = teacher.hasDirection() ? factor * mult * mult / teacher.divisor() : 0;
    for (int i = from; i < to; i++) {
      double difference = s[i] - t[i];
      s[i] = toStudent * (difference - s[i] * alongStudent);
      t[i] = -toTeacher * (difference - t[i] * alongTeacher);
    }
    return mult * mult * sum;
  }
}
