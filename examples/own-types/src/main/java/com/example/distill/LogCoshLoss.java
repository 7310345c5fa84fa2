package com.example.distill;

import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.SameDiffLoss;
import io.limbeck.core.loss.Shapes;
import io.limbeck.core.schema.Key;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A smooth absolute difference: {@code L = weight * mean log cosh(s - t)}. SameDiff finds the
 * gradient.
 *
 * @param lossWeight the factor of the loss in the total
 */
public record LogCoshLoss(
    @Key(value = "Factor of this loss in the total", def = "1.0") double lossWeight)
    implements SameDiffLoss {

  @Override
  public List<LossArgument> arguments() {
    return List.of(LossArgument.student("s_feature"), LossArgument.teacher("t_feature", false));
  }

  @Override
  public Optional<String> shapeProblem(Shapes shapes) {
    return shapes.same("s_feature", "t_feature");
  }

  @Override
  public SDVariable define(SameDiff graph, Map<String, SDVariable> arguments) {
    SDVariable difference = arguments.get("s_feature").sub(arguments.get("t_feature"));
    return graph.math().log(graph.math().cosh(difference)).mean().mul(lossWeight);
  }
}
