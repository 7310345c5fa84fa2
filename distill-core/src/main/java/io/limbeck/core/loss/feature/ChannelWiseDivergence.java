package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.SoftDivergence;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Channel-wise distillation: each channel is a distribution over positions, and the student's
 * should be the teacher's.
 *
 * <pre>
 *   p_X = softmax(preds_X / tau) over the positions of each channel
 *   L   = loss_weight * tau^2 / (batch * channels) * sum p_T (log p_T - log p_S)
 * </pre>
 *
 * <p>Arguments are maps {@code [batch, channels, height, width]} of one shape; both receive a
 * gradient.
 *
 * <p>Source: C. Shu, Y. Liu, J. Gao, Z. Yan, C. Shen, "Channel-wise Knowledge Distillation for
 * Dense Prediction", ICCV 2021, arXiv:2011.13256, equation 5; MMRazor's {@code
 * ChannelWiseDivergence}.
 *
 * @param tau the temperature
 * @param lossWeight the factor of the loss in the total
 */
public record ChannelWiseDivergence(
    @Key(value = "Temperature that softens both distributions", def = "1.0", above = 0) double tau,
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.maps(STUDENT).or(() -> shapes.same(STUDENT, TEACHER));
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray s = inputs.array(STUDENT);
    int[] positions = IntStream.range(2, s.rank()).toArray();
    double factor = lossWeight * tau * tau / (s.size(0) * s.size(1));
    boolean back = inputs.wantsGradient(TEACHER);
    SoftDivergence divergence =
        SoftDivergence.of(s, inputs.array(TEACHER), tau, factor, back, positions);
    LossAndGradient result =
        LossAndGradient.of(divergence.value()).with(STUDENT, divergence.student());
    return back ? result.with(TEACHER, divergence.teacher()) : result;
  }
}
