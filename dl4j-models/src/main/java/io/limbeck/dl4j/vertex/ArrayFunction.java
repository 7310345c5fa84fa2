package io.limbeck.dl4j.vertex;

import java.io.Serializable;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * A function of one or several arrays, batch first, without parameters of its own. What it draws by
 * chance it draws from ND4J's generator, which every round seeds.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, property = "@class")
public interface ArrayFunction extends Serializable {

  /**
   * The shape of the result for one example.
   *
   * @param inputs the arguments' shapes for one example
   */
  List<Long> shape(List<List<Long>> inputs);

  /**
   * Computes it.
   *
   * @param inputs the arguments; never changed
   */
  Value apply(List<INDArray> inputs);

  /**
   * A result.
   *
   * @param output a new array
   * @param back carries a gradient to the arguments
   */
  record Value(INDArray output, Back back) {}

  /** The way back of a gradient. */
  interface Back {
    /**
     * Carries a gradient with respect to the output to the arguments.
     *
     * @param gradient not changed
     * @return one new array for each argument, null for one that takes no gradient
     */
    List<INDArray> of(INDArray gradient);
  }

  /**
   * The value of a function of one argument.
   *
   * @param output a new array
   * @param back gives the argument's gradient
   */
  static Value value(INDArray output, UnaryOperator<INDArray> back) {
    return new Value(output, gradient -> List.of(back.apply(gradient)));
  }
}
