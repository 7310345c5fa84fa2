package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Length one along one dimension: {@code x / max(|x|_p, eps)}, PyTorch's {@code normalize}, for p =
 * 1 or 2.
 *
 * @param p which norm
 * @param dimension counted with the batch; negative from the last
 * @param eps smallest length
 */
public record NormalizeAlong(int p, int dimension, double eps) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    int along = dimension < 0 ? x.rank() + dimension : dimension;
    INDArray length =
        p == 1
            ? Transforms.abs(x, true).sum(true, along)
            : Transforms.sqrt(x.mul(x).sum(true, along), false);
    INDArray divisor = Transforms.max(length, eps, true);
    INDArray unit = x.div(divisor);
    return ArrayFunction.value(
        unit.dup(),
        gradient -> {
          INDArray free = length.gt(eps).castTo(x.dataType());
          INDArray slope = p == 1 ? Transforms.sign(x, true) : unit;
          INDArray across = gradient.mul(unit).sum(true, along).muli(free);
          return gradient.sub(slope.mul(across)).divi(divisor);
        });
  }
}
