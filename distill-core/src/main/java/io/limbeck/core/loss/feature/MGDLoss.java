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
    INDArray student = inputs.array(STUDENT);
    double factor = alphaMgd / student.size(0);
    return RowWise.of(
        inputs, STUDENT, TEACHER, factor, (s, t, from, to) -> row(s, t, from, to, factor));
  }

  private static double row(double[] s, double[] t, int from, int to, double factor) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double difference = s[i] - t[i];
      sum += difference * difference;
      s[i] = 2 * factor * difference;
      t[i] = -s[i];
    }
    return sum;
  }
}
