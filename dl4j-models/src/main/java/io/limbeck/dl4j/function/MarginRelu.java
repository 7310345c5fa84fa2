package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@code max(x, margin)} with a margin for each channel.
 *
 * @param margins one for each channel
 */
public record MarginRelu(double[] margins) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    long[] alongChannels = new long[x.rank()];
    Arrays.fill(alongChannels, 1);
    alongChannels[1] = margins.length;
    INDArray margin =
        x.like().addi(Nd4j.createFromArray(margins).reshape(alongChannels).castTo(x.dataType()));
    return ArrayFunction.value(
        Transforms.max(x, margin, true),
        gradient -> gradient.mul(x.gt(margin).castTo(x.dataType())));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MarginRelu relu && Arrays.equals(relu.margins, margins);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(margins);
  }

  @Override
  public String toString() {
    return "MarginRelu" + Arrays.toString(margins);
  }
}
