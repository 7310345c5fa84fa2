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
 * Masked generative distillation: what the student's connector generates behind a random mask
 * should be the teacher's feature.
 *
 * <pre>
 *   L = alpha_mgd * sum( (preds_S - preds_T)^2 ) / batch
 * </pre>
 *
 * <p>Both arguments have one shape and receive a gradient; the student's comes through an {@code
 * MGDConnector}, which draws the mask.
 *
 * <p>Source: Z. Yang et al., "Masked Generative Distillation", ECCV 2022, arXiv:2205.01529,
 * equation 4; MMRazor's {@code MGDLoss}.
 *
 * @param alphaMgd the factor of the loss in the total
 */
public record MGDLoss(
    @Key(value = "Factor of this loss in the total", def = "0.00002") double alphaMgd)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

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
    INDArray difference = inputs.array(STUDENT).sub(inputs.array(TEACHER));
    double factor = alphaMgd / difference.size(0);
    LossAndGradient result =
        LossAndGradient.of(factor * difference.mul(difference).sumNumber().doubleValue())
            .with(STUDENT, difference.mul(2 * factor));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, difference.muli(-2 * factor))
        : result;
  }
}
