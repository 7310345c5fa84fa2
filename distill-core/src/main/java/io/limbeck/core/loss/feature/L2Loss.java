package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Rows;
import io.limbeck.core.math.UnitRows;
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
    INDArray s = inputs.array(STUDENT);
    INDArray t = inputs.array(TEACHER);
    UnitRows student = normalize ? UnitRows.of(Rows.of(s)) : null;
    UnitRows teacher = normalize ? UnitRows.of(Rows.of(t)) : null;
    INDArray difference = normalize ? student.rows().sub(teacher.rows()).muli(mult) : s.sub(t);
    double sum = difference.mul(difference).sumNumber().doubleValue();
    double divisor = divElement ? s.length() : s.size(0);
    double loss = dist ? Math.sqrt(sum) : sum / divisor;
    // d sqrt(E) / dE has no value at zero; there the smallest one is taken.
    double slope = dist ? (loss == 0 ? 0 : 0.5 / loss) : 1 / divisor;
    INDArray gradient = difference.muli(2 * lossWeight * slope * (normalize ? mult : 1));
    LossAndGradient result =
        LossAndGradient.of(lossWeight * loss).with(STUDENT, back(gradient, student, s));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, back(gradient.neg(), teacher, t))
        : result;
  }

  private static INDArray back(INDArray gradient, UnitRows rows, INDArray feature) {
    return rows == null ? gradient : Rows.back(rows.back(gradient), feature);
  }
}
