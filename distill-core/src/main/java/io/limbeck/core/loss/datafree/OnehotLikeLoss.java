package io.limbeck.core.loss.datafree;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.OneHot;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A generator's one-hot loss: its images should make the teacher sure of some class.
 *
 * <pre>
 *   L = loss_weight * mean_n( -log softmax(preds_T)[argmax preds_T] )
 * </pre>
 *
 * <p>The argument is the teacher's logits {@code [batch, classes]}, which receive the gradient.
 *
 * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019, arXiv:1904.01186,
 * equation 3; MMRazor's {@code OnehotLikeLoss}.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record OnehotLikeLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.vector(TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray logits = inputs.array(TEACHER);
    INDArray log = Softmax.log(logits, 1, 1);
    INDArray likeliest = OneHot.of(Nd4j.argMax(logits, 1), logits);
    double factor = lossWeight / logits.size(0);
    return LossAndGradient.of(-factor * log.mul(likeliest).sumNumber().doubleValue())
        .with(TEACHER, Transforms.exp(log, false).subi(likeliest).muli(factor));
  }
}
