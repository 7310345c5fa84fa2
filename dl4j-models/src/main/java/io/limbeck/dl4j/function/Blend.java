package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Two maps mixed position by position: {@code x z_0 + y z_1}. Arguments are {@code x} and {@code y}
 * of one shape, and {@code z} {@code [2, height, width]}.
 */
public record Blend() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    INDArray y = inputs.get(1);
    INDArray first = channel(inputs.get(2), 0);
    INDArray second = channel(inputs.get(2), 1);
    return new Value(
        x.mul(first).addi(y.mul(second)),
        gradient -> {
          INDArray ofZ = inputs.get(2).like();
          channel(ofZ, 0).assign(gradient.mul(x).sum(true, 1));
          channel(ofZ, 1).assign(gradient.mul(y).sum(true, 1));
          return List.of(gradient.mul(first), gradient.mul(second), ofZ);
        });
  }

  private static INDArray channel(INDArray z, long index) {
    return z.get(
        NDArrayIndex.all(),
        NDArrayIndex.interval(index, index + 1),
        NDArrayIndex.all(),
        NDArrayIndex.all());
  }
}
