package io.limbeck.core.loss.relation;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.math.Rows;
import io.limbeck.core.math.UnitRows;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Similarity-preserving distillation: examples that are alike in the teacher should be alike in the
 * student.
 *
 * <pre>
 *   G_X = Q Q' with each row scaled to length one,   Q = features [batch, …] flattened
 *   L   = loss_weight / batch^2 * sum( (G_S - G_T)^2 )
 * </pre>
 *
 * <p>Features may differ in size. Both receive a gradient. Pairs are of the worker's own
 * mini-batch.
 *
 * <p>Source: F. Tung, G. Mori, "Similarity-Preserving Knowledge Distillation", ICCV 2019,
 * arXiv:1907.09682, equations 2 to 4; the weight there is 3000.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record SPLoss(
    @Key(value = "Factor of this loss in the total", def = "3000.0") double lossWeight)
    implements Loss {
  private static final String STUDENT = "preds_S";
  private static final String TEACHER = "preds_T";

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student(STUDENT), LossArgument.teacher(TEACHER, true));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return Optional.empty();
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray s = inputs.array(STUDENT);
    INDArray t = inputs.array(TEACHER);
    UnitRows student = similarities(s);
    UnitRows teacher = similarities(t);
    INDArray difference = student.rows().sub(teacher.rows());
    double factor = lossWeight / difference.length();
    INDArray gradient = difference.mul(2 * factor);
    LossAndGradient result =
        LossAndGradient.of(factor * difference.mul(difference).sumNumber().doubleValue())
            .with(STUDENT, back(student.back(gradient), s));
    return inputs.wantsGradient(TEACHER)
        ? result.with(TEACHER, back(teacher.back(gradient.negi()), t))
        : result;
  }

  private static UnitRows similarities(INDArray feature) {
    INDArray rows = Rows.of(feature);
    return UnitRows.of(rows.mmul(rows.transpose()));
  }

  private static INDArray back(INDArray ofProducts, INDArray feature) {
    INDArray symmetric = ofProducts.add(ofProducts.transpose());
    return Rows.back(symmetric.mmul(Rows.of(feature)), feature);
  }
}
