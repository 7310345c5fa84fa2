package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The value itself, which hands half of its gradient back. */
public record HalfGradient() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    return ArrayFunction.value(inputs.get(0).dup(), gradient -> gradient.mul(0.5));
  }
}
