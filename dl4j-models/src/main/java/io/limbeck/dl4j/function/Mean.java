package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of a map over its channels, {@code [1, height, width]}, or over its positions, {@code
 * [channels]}.
 *
 * @param overChannels which of the two
 */
public record Mean(boolean overChannels) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    return overChannels ? List.of(1L, x.get(1), x.get(2)) : List.of(x.get(0));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    if (overChannels) {
      return ArrayFunction.value(
          x.mean(true, 1), gradient -> x.like().addi(gradient.div(x.size(1))));
    }
    double positions = (double) x.size(2) * x.size(3);
    return ArrayFunction.value(
        x.mean(2, 3),
        gradient ->
            x.like()
                .addi(gradient.dup('c').reshape('c', x.size(0), x.size(1), 1, 1).divi(positions)));
  }
}
