package com.example.distill;

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
 * One less the cosine between the features of an example: {@code L = weight * mean_n (1 - cos(s_n,
 * t_n))}. The teacher receives no gradient.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record CosineLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements Loss {

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student("s_feature"), LossArgument.teacher("t_feature", false));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same("s_feature", "t_feature");
  }

  @Override
  public LossAndGradient lossAndGradient(LossInputs inputs) {
    INDArray feature = inputs.array("s_feature");
    UnitRows student = UnitRows.of(Rows.of(feature));
    INDArray teacher = UnitRows.of(Rows.of(inputs.array("t_feature"))).rows();
    double examples = feature.size(0);
    double cosines = student.rows().mul(teacher).sumNumber().doubleValue();
    INDArray gradient = student.back(teacher.mul(-lossWeight / examples));
    return LossAndGradient.of(lossWeight * (1 - cosines / examples))
        .with("s_feature", Rows.back(gradient, feature));
  }
}
