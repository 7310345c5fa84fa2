package io.limbeck.core.distiller;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossArgument;
import io.limbeck.core.loss.LossParameter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A loss and where its arguments come from.
 *
 * @param name in the config
 * @param loss what is computed
 * @param bindings one for each mapped argument
 * @param parameters what the loss learns
 * @param schedule of its weight
 */
public record PlannedLoss(
    String name,
    Loss loss,
    List<Binding> bindings,
    List<LossParameter> parameters,
    WeightSchedule schedule) {

  /**
   * Where an argument comes from and where its gradient goes.
   *
   * @param argument of the loss
   * @param reference what the mapping says
   * @param vertices of the recorded value
   * @param targets one for each array of the value, null for one whose gradient goes nowhere
   */
  public record Binding(
      LossArgument argument,
      RecordReference reference,
      List<String> vertices,
      List<GradientTarget> targets) {

    boolean learns() {
      return argument.differentiable() && targets.stream().anyMatch(target -> target != null);
    }
  }

  /** Whether the loss teaches anything. */
  boolean learns() {
    return !parameters.isEmpty() || bindings.stream().anyMatch(Binding::learns);
  }

  /** The arguments whose gradients nobody wants. */
  Set<String> withoutGradient() {
    return bindings.stream()
        .filter(binding -> !binding.learns())
        .map(binding -> binding.argument().name())
        .collect(Collectors.toSet());
  }
}
