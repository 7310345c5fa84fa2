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
 * Attention transfer: student and teacher should be active at the same positions.
 *
 * <pre>
 *   A_X = q_X / |q_X| over the positions of an example,  q_X = mean_c x^2
 *   L   = loss_weight * mean( (A_S - A_T)^2 )            over batch and positions
 * </pre>
 *
 * <p>Arguments are maps {@code [batch, channels, …]} of the same height and width; channels may
 * differ. Both receive a gradient. A map that is all zero has no attention and takes none.
 *
 * <p>Beware: across architecture families it can do harm. ResNet-50 to MobileNetV2 on CIFAR-100,
 * student alone 64.60, plain KD 67.35: attention transfer 58.58 (README of Y. Tian's RepDistiller).
 *
 * <p>Source: S. Zagoruyko, N. Komodakis, "Paying More Attention to Attention: Improving the
 * Performance of Convolutional Neural Networks via Attention Transfer", ICLR 2017,
 * arXiv:1612.03928, equation 2 with p = 2; MMRazor's {@code ATLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record ATLoss(
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
    return shapes.sameMaps(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray s = inputs.array(STUDENT);
    INDArray t = inputs.array(TEACHER);
    UnitRows student = attention(s);
    UnitRows teacher = attention(t);
    INDArray difference = student.rows().sub(teacher.rows());
    double loss = difference.mul(difference).meanNumber().doubleValue();
    INDArray gradient = difference.mul(2 * lossWeight / difference.length());
    LossAndGradient result =
        LossAndGradient.of(lossWeight * loss).with(STUDENT, back(student, gradient, s));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, back(teacher, gradient.neg(), t))
        : result;
  }

  private static UnitRows attention(INDArray feature) {
    return UnitRows.of(Rows.of(feature.mul(feature).mean(true, 1)));
  }

  private static INDArray back(UnitRows attention, INDArray gradient, INDArray feature) {
    long[] oneChannel = feature.shape().clone();
    oneChannel[1] = 1;
    INDArray ofSquares = attention.back(gradient).dup('c').reshape('c', oneChannel);
    return feature.mul(ofSquares).muli(2.0 / feature.size(1));
  }
}
