package io.limbeck.core.loss;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A distillation loss: a function of named arrays without any state of its own. We minimise, so the
 * gradient points uphill. A loss is a record whose components are its config keys; its weight is
 * one of them and is applied inside. Anyone may add one: its class name is then its {@code type} in
 * a config.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Loss extends Serializable {

  /** What the loss is a function of, in the order of its formula. */
  List<LossArgument> arguments();

  /**
   * What the loss learns along with the student.
   *
   * @param shapes as far as they are known
   * @return most losses learn nothing
   */
  default List<LossParameter> parameters(Shapes shapes) {
    return List.of();
  }

  /**
   * What the loss remembers from step to step, as it is before the first.
   *
   * @param seed of what is drawn by chance
   * @return most losses remember nothing
   */
  default Optional<LossState> initialState(long seed) {
    return Optional.empty();
  }

  /**
   * Says what is wrong with a training set of this size, before any training.
   *
   * @param examples of the training set
   * @return empty when the loss can be computed
   */
  default Optional<String> examplesProblem(long examples) {
    return Optional.empty();
  }

  /**
   * Says what is wrong with arguments of these shapes, before any training.
   *
   * @param shapes as far as they are known
   * @return empty when the loss can be computed
   */
  Optional<String> shapeProblem(Shapes shapes);

  /**
   * The loss of one mini-batch, and its gradient with respect to each argument that {@link
   * LossArgument#differentiable() takes one} and to each parameter.
   *
   * @param inputs each mapped argument, batch dimension first, and each parameter; never changed
   * @return a finite value when the arguments are finite, in the arguments' data type
   */
  LossAndGradient lossAndGradient(LossInputs inputs);
}
