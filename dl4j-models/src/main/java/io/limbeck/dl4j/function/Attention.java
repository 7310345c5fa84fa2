package io.limbeck.dl4j.function;

import io.limbeck.core.math.Softmax;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Where or on which channels a map is active: {@code n softmax(mean |x| / temperature)}, over the n
 * positions of the channels' mean or over the n channels of the positions' mean.
 *
 * @param overPositions whether positions or channels compete
 * @param temperature of the softmax
 */
public record Attention(boolean overPositions, double temperature) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    List<Long> x = inputs.get(0);
    return overPositions ? List.of(1L, x.get(1), x.get(2)) : List.of(x.get(0), 1L, 1L);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    int[] averaged = overPositions ? new int[] {1} : new int[] {2, 3};
    int[] competing = overPositions ? new int[] {2, 3} : new int[] {1};
    INDArray mean = Transforms.abs(x, true).mean(true, averaged);
    INDArray share = Softmax.of(mean, temperature, competing);
    double count = mean.length() / (double) mean.size(0);
    double perMean = x.length() / (double) mean.length();
    return ArrayFunction.value(
        share.mul(count),
        gradient -> {
          INDArray ofMean = Softmax.back(share, gradient.mul(count), competing).divi(temperature);
          return Transforms.sign(x, true).muli(ofMean.divi(perMean));
        });
  }
}
