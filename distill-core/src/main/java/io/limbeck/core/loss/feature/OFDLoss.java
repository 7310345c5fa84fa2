package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

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
    INDArray s = inputs.array(STUDENT);
    INDArray t = inputs.array(TEACHER);
    DataType type = s.dataType();
    INDArray counts = Transforms.max(t.gt(0).castTo(type), s.gt(t).castTo(type), false);
    INDArray difference = s.sub(t).muli(counts);
    double factor = lossWeight / (s.size(0) * mulFactor);
    LossAndGradient result =
        LossAndGradient.of(factor * difference.mul(difference).sumNumber().doubleValue())
            .with(STUDENT, difference.mul(2 * factor));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, difference.muli(-2 * factor))
        : result;
  }
}
