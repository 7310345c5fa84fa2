package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Each channel less its mean, over its standard deviation, of the mini-batch at hand: batch
 * normalisation without parameters and without memory.
 *
 * @param eps added to the variance, which is the biased one
 */
public record Standardize(double eps) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    int[] others = IntStream.range(0, x.rank()).filter(dimension -> dimension != 1).toArray();
    INDArray centred = x.sub(x.mean(true, others));
    INDArray deviation = Transforms.sqrt(centred.mul(centred).mean(true, others).addi(eps), false);
    INDArray score = centred.div(deviation);
    return ArrayFunction.value(
        score.dup(),
        gradient -> {
          INDArray along = gradient.mul(score).mean(true, others);
          return gradient.sub(gradient.mean(true, others)).subi(score.mul(along)).divi(deviation);
        });
  }
}
