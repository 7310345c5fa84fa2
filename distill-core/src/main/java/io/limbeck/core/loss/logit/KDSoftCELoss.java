package io.limbeck.core.loss.logit;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Reduction;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The cross-entropy of the student's softened probabilities with the teacher's.
 *
 * <pre>
 *   p_X = softmax(preds_X / tau) over the last dimension
 *   l_n = weight_n * sum_c -p_T log p_S
 *   L   = loss_weight * tau^2 * reduction_n( l_n )
 * </pre>
 *
 * <p>Its gradient for the student is KL divergence's; its value is larger by the teacher's entropy.
 * {@code weight}, one number an example, and {@code avg_factor}, a number that the sum is divided
 * by in place of the count under {@code mean}, may be left out.
 *
 * <p>Source: G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531, equation 2; MMRazor's {@code
 * KDSoftCELoss}.
 *
 * @param tau the temperature
 * @param reduction mean or none, or sum
 * @param multTemSquare whether the loss is multiplied with {@code tau^2}
 * @param lossWeight the factor of the loss in the total
 */
public record KDSoftCELoss(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(value = "How the examples' losses become one: mean, sum or none", def = "\"mean\"")
        Reduction reduction,
    @Key(value = "Whether the loss is multiplied with the square of tau", def = "true")
        boolean multTemSquare,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";
  private static final String WEIGHT = "weight";
  private static final String DIVISOR = "avg_factor";

  /** Checks the reduction. */
  public KDSoftCELoss {
    reduction.requireOneOf("KDSoftCELoss", Reduction.MEAN, Reduction.SUM, Reduction.NONE);
  }

  @Override
  public List<LossArgument> arguments() {
    return List.of(
        LossArgument.student(STUDENT),
        LossArgument.teacher(TEACHER, true),
        LossArgument.labels(WEIGHT).optional(LossArgument.Kind.ARRAY),
        LossArgument.labels(DIVISOR).optional(LossArgument.Kind.NUMBER));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    int last = inputs.array(STUDENT).rank() - 1;
    INDArray logStudent = Softmax.log(inputs.array(STUDENT), tau, last);
    INDArray target = Softmax.of(inputs.array(TEACHER), tau, last);
    INDArray perRow = logStudent.mul(target).negi().sum(true, last);
    // Factor of each row's loss; in the gradients one tau of tau^2 is left by the softened logits.
    INDArray factor = factors(inputs, perRow).muli(multTemSquare ? tau * tau : 1);
    LossAndGradient result =
        LossAndGradient.of(perRow.mul(factor).sumNumber().doubleValue())
            .with(STUDENT, Transforms.exp(logStudent, true).subi(target).muli(factor).divi(tau));
    if (!inputs.wantsGradient(TEACHER)) {
      return result;
    }
    INDArray back = Softmax.back(target, logStudent.neg(), last);
    return result.with(TEACHER, back.muli(factor).divi(tau));
  }

  private INDArray factors(LossInputs inputs, INDArray perRow) {
    double scale =
        lossWeight
            * (inputs.has(DIVISOR) && reduction == Reduction.MEAN
                ? 1 / inputs.number(DIVISOR)
                : reduction.factor(perRow.shape()));
    INDArray factors = perRow.like().addi(scale);
    return inputs.has(WEIGHT)
        ? factors.muli(inputs.array(WEIGHT).castTo(perRow.dataType()).reshape(perRow.shape()))
        : factors;
  }
}
