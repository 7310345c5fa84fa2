package io.limbeck.core.loss;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A distillation loss: a stateless function of named arrays. We minimise, so the gradient points
 * uphill. A loss is a record whose components are its config keys; its weight is one of them and is
 * applied inside.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(@JsonSubTypes.Type(value = KLDivergence.class, name = "KLDivergence"))
public interface Loss extends Serializable {

  /** What the loss is a function of, in the order of its formula. */
  List<LossArgument> arguments();

  /**
   * Says what is wrong with arguments of these shapes, before any training.
   *
   * @param shapes each mapped argument's shape for one example, without the batch dimension
   * @return empty when the loss can be computed
   */
  Optional<String> shapeProblem(Map<String, List<Long>> shapes);

  /**
   * The loss of one mini-batch, and its gradient with respect to each argument that {@link
   * LossArgument#differentiable() takes one}.
   *
   * @param values each mapped argument, batch dimension first; never changed
   * @return a finite value when the arguments are finite, in the arguments' data type
   */
  LossAndGradient lossAndGradient(Map<String, INDArray> values);
}
