package io.limbeck.dl4j.function;

import io.limbeck.core.math.Rows;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One row an example. */
public record Flatten() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return List.of(inputs.get(0).stream().reduce(1L, (a, b) -> a * b));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    return ArrayFunction.value(Rows.of(x).dup(), gradient -> Rows.back(gradient.dup('c'), x));
  }
}
