package io.limbeck.core.loss;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss of which only the forward computation is written, in SameDiff; the gradients follow from
 * it. Slower than one with gradients of its own, and quick to write:
 *
 * <pre>{@code
 * public record SquaredLoss(@Key(value = "Factor", def = "1.0") double lossWeight)
 *     implements SameDiffLoss {
 *   public List<LossArgument> arguments() {
 *     return List.of(LossArgument.student("x"), LossArgument.teacher("y", false));
 *   }
 *
 *   public SDVariable define(SameDiff graph, Map<String, SDVariable> arguments) {
 *     SDVariable difference = arguments.get("x").sub(arguments.get("y"));
 *     return difference.mul(difference).mean().mul(lossWeight);
 *   }
 *   …
 * }
 * }</pre>
 */
public interface SameDiffLoss extends Loss {

  /**
   * Defines the loss. Called once for each combination of shapes and types, and thread.
   *
   * @param graph an empty graph
   * @param arguments a variable for each mapped argument, batch first
   * @return a scalar
   */
  SDVariable define(SameDiff graph, Map<String, SDVariable> arguments);

  @Override
  default LossAndGradient lossAndGradient(LossInputs inputs) {
    Map<String, INDArray> values = new LinkedHashMap<>();
    List<String> wanted = new ArrayList<>();
    for (LossArgument argument : arguments()) {
      if (inputs.has(argument.name())) {
        values.put(argument.name(), inputs.array(argument.name()));
        if (argument.differentiable() && inputs.wantsGradient(argument.name())) {
          wanted.add(argument.name());
        }
      }
    }
    SameDiffGraphs.Defined defined = SameDiffGraphs.of(this, values);
    LossAndGradient result = LossAndGradient.of(defined.loss(values));
    Map<String, INDArray> gradients = defined.gradients(values, wanted);
    for (String argument : wanted) {
      result = result.with(argument, gradients.get(argument));
    }
    return result;
  }
}
