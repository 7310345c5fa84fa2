package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sets a share of the positions, or of the channels, of each example to zero, others stay as they
 * are.
 *
 * @param share of what is set to zero
 * @param channels whether channels or positions are
 */
public record RandomMask(double share, boolean channels) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    long[] drawn =
        channels
            ? new long[] {x.size(0), x.size(1), 1, 1}
            : new long[] {x.size(0), 1, x.size(2), x.size(3)};
    INDArray mask = Nd4j.rand(drawn).lte(1 - share).castTo(x.dataType());
    return ArrayFunction.value(x.mul(mask), gradient -> gradient.mul(mask));
  }
}
