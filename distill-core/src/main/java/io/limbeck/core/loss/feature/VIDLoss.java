package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.LossParameter;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Variational information distillation: the student's feature, through a {@code VIDConnector},
 * predicts the teacher's under a Gaussian whose variance is learnt for each channel.
 *
 * <pre>
 *   var_c = log(1 + exp(alpha_c)) + eps
 *   L     = loss_weight * mean( (s_feature - t_feature)^2 / (2 var_c) + log(var_c) / 2 )
 * </pre>
 *
 * <p>Arguments are arrays {@code [batch, channels, …]} of one shape; both receive a gradient. The
 * loss may be negative. {@code alpha} is learnt along with the student.
 *
 * <p>Source: S. Ahn, S. X. Hu, A. Damianou, N. D. Lawrence, Z. Dai, "Variational Information
 * Distillation for Knowledge Transfer", CVPR 2019, arXiv:1904.05835, equation 6; constants as in Y.
 * Tian's RepDistiller.
 *
 * @param lossWeight the factor of the loss in the total
 * @param initPredVar the variance at the start
 * @param eps the smallest variance
 */
public record VIDLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight,
    @Key(value = "Variance at the start", def = "5.0", above = 0) double initPredVar,
    @Key(value = "Smallest variance", def = "0.00001", above = 0) double eps)
    implements Loss {
  private static final String STUDENT = "s_feature";
  private static final String TEACHER = "t_feature";
  private static final String ALPHA = "alpha";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public List<LossParameter> parameters(Shapes shapes) {
    double initial = Math.log(Math.expm1(initPredVar - eps));
    return shapes
        .of(TEACHER)
        .map(shape -> List.of(new LossParameter(ALPHA, List.of(shape.get(0)), initial)))
        .orElse(List.of());
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return initPredVar <= eps
        ? Optional.of("init_pred_var is %s but must be > eps, %s".formatted(initPredVar, eps))
        : shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray difference = inputs.array(STUDENT).sub(inputs.array(TEACHER));
    INDArray alpha = inputs.array(ALPHA);
    long[] alongChannels = new long[difference.rank()];
    java.util.Arrays.fill(alongChannels, 1);
    alongChannels[1] = alpha.length();
    int[] others =
        IntStream.range(0, difference.rank()).filter(dimension -> dimension != 1).toArray();
    INDArray variance = softPlus(alpha).addi(eps).reshape(alongChannels);
    double count = difference.length();

    INDArray scaled = difference.div(variance);
    double perChannel = count / alpha.length();
    double loss =
        (scaled.mul(difference).sumNumber().doubleValue()
                + perChannel * Transforms.log(variance, true).sumNumber().doubleValue())
            / 2
            / count;
    INDArray ofVariance =
        variance
            .rdiv(perChannel)
            .subi(scaled.mul(scaled).sum(true, others))
            .muli(lossWeight / 2 / count)
            .reshape(alpha.shape());
    INDArray gradient = scaled.muli(lossWeight / count);
    LossAndGradient result =
        LossAndGradient.of(lossWeight * loss)
            .with(STUDENT, gradient)
            .with(ALPHA, ofVariance.mul(Transforms.sigmoid(alpha, true)));
    return inputs.wantsGradient(TEACHER) ? result.with(TEACHER, gradient.neg()) : result;
  }

  /** ND4J's own overflows where {@code exp} does. */
  private static INDArray softPlus(INDArray x) {
    INDArray tail = Transforms.exp(Transforms.abs(x, true).negi(), false).addi(1);
    return Transforms.max(x, 0, true).addi(Transforms.log(tail, false));
  }
}
