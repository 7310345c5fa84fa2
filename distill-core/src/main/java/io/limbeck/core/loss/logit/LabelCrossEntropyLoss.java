package io.limbeck.core.loss.logit;

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
 * The ordinary cross-entropy with the labels, for scores that are not the network's own output,
 * such as the early exits of self-distillation.
 *
 * <pre>
 *   L = loss_weight * mean_n( -log softmax(cls_score)[label] )
 * </pre>
 *
 * @param lossWeight the factor of the loss in the total
 */
public record LabelCrossEntropyLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String SCORE = "cls_score";
  private static final String LABEL = "label";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(SCORE), LossArgument.labels(LABEL));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.vector(SCORE);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray score = inputs.array(SCORE);
    HardTarget target = HardTarget.of(score, inputs.labels(LABEL, score.size(1)));
    return LossAndGradient.of(lossWeight * target.meanLoss())
        .with(SCORE, target.gradient().muli(lossWeight));
  }
}
