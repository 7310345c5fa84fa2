package io.limbeck.dl4j.function;

import io.limbeck.core.math.Softmax;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax along one dimension.
 *
 * @param dimension counted with the batch; negative from the last
 */
public record SoftmaxAlong(int dimension) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    int along = dimension < 0 ? x.rank() + dimension : dimension;
    INDArray probabilities = Softmax.of(x, 1, along);
    return ArrayFunction.value(
        probabilities.dup(), gradient -> Softmax.back(probabilities, gradient, along));
  }
}
