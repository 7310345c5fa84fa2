package io.limbeck.core.loss.datafree;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Softmax;
import io.limbeck.core.schema.Key;
import io.limbeck.core.schema.NoEffect;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A generator's information entropy loss: its images should be spread evenly over the classes.
 *
 * <pre>
 *   p = mean_n softmax(preds_T)
 *   L = loss_weight * sum_c p_c log10 p_c,   0 log10 0 = 0
 * </pre>
 *
 * <p>The argument is the teacher's logits {@code [batch, classes]}, which receive the gradient. The
 * mean is of the worker's own mini-batch: partitions exchange nothing within a step, so MMRazor's
 * {@code gather} has no counterpart; larger mini-batches serve the same end.
 *
 * <p>Source: H. Chen et al., "Data-Free Learning of Student Networks", ICCV 2019, arXiv:1904.01186,
 * equation 5; MMRazor's {@code InformationEntropyLoss}, whence the decimal logarithm.
 *
 * @param lossWeight the factor of the loss in the total
 */
@NoEffect(
    key = "gather",
    allowed = "[false]",
    why =
        "partitions exchange nothing within a step, so the mean is of each one's own mini-batch; larger mini-batches"
            + " serve the same end")
public record InformationEntropyLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String TEACHER = "preds_T";
  private static final double LN_10 = Math.log(10);

  /** Smaller than any mean probability that counts, larger than the smallest float. */
  private static final double NOTHING = 1e-37;

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
    INDArray probabilities = Softmax.of(inputs.array(TEACHER), 1, 1);
    INDArray mean = probabilities.mean(true, 0);
    INDArray log = Transforms.log(Transforms.max(mean, NOTHING, true), false).divi(LN_10);
    INDArray ofMean = log.add(1 / LN_10).muli(lossWeight / probabilities.size(0));
    INDArray gradient = probabilities.like().addi(ofMean);
    return LossAndGradient.of(lossWeight * mean.mul(log).sumNumber().doubleValue())
        .with(TEACHER, Softmax.back(probabilities, gradient, 1));
  }
}
