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
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hard distillation: the cross-entropy of the student's probabilities with the class that the
 * teacher finds likeliest.
 *
 * <pre>
 *   L = loss_weight * mean_n( -log softmax(preds_S)[argmax preds_T] )
 * </pre>
 *
 * <p>Both arguments are logits of one shape, classes in dimension 1; maps average over positions
 * too. The teacher receives no gradient.
 *
 * <p>Source: H. Touvron et al., "Training data-efficient image transformers and distillation
 * through attention", ICML 2021, arXiv:2012.12877, equation 3.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record CrossEntropyLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, false));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same(STUDENT, TEACHER);
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray student = inputs.array(STUDENT);
    HardTarget target = HardTarget.of(student, Nd4j.argMax(inputs.array(TEACHER), 1));
    return LossAndGradient.of(lossWeight * target.meanLoss())
        .with(STUDENT, target.gradient().muli(lossWeight));
  }
}
