package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code scale x + shift}, each one number for a channel: a BatchNorm that has stopped learning.
 *
 * @param scale one for each channel
 * @param shift one for each channel
 */
public record ChannelAffine(double[] scale, double[] shift) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    INDArray factor = alongChannels(scale, x);
    return ArrayFunction.value(
        x.mul(factor).addi(alongChannels(shift, x)), gradient -> gradient.mul(factor));
  }

  private static INDArray alongChannels(double[] values, INDArray x) {
    long[] shape = new long[x.rank()];
    Arrays.fill(shape, 1);
    shape[1] = values.length;
    return Nd4j.createFromArray(values).reshape(shape).castTo(x.dataType());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelAffine affine
        && Arrays.equals(affine.scale, scale)
        && Arrays.equals(affine.shift, shift);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(scale) + Arrays.hashCode(shift);
  }

  @Override
  public String toString() {
    return "ChannelAffine[%d channels]".formatted(scale.length);
  }
}
