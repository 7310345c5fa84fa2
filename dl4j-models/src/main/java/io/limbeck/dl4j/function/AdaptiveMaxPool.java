package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The largest value of each window {@code floor(i h / out) .. ceil((i + 1) h / out)}, PyTorch's
 * {@code adaptive_max_pool2d}. Of equal values the first takes the gradient.
 *
 * @param height of the result
 * @param width of the result
 */
public record AdaptiveMaxPool(long height, long width) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return List.of(inputs.get(0).get(0), height, width);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    double[] values = x.dup('c').ravel().toDoubleVector();
    int out = Math.toIntExact(x.size(0) * x.size(1) * height * width);
    double[] largest = new double[out];
    int[] where = new int[out];
    int rows = (int) x.size(2);
    int columns = (int) x.size(3);
    int at = 0;
    for (int plane = 0; plane < x.size(0) * x.size(1); plane++) {
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          where[at] =
              argMax(
                  values,
                  plane * rows * columns,
                  columns,
                  window(i, height, rows),
                  window(j, width, columns));
          largest[at] = values[where[at]];
          at++;
        }
      }
    }
    return ArrayFunction.value(
        array(x, largest, x.size(0), x.size(1), height, width),
        gradient -> back(x, where, gradient));
  }

  private static int[] window(int index, long out, int in) {
    return new int[] {
      (int) (index * (long) in / out), (int) (((index + 1) * (long) in + out - 1) / out)
    };
  }

  private static int argMax(double[] values, int start, int columns, int[] rows, int[] across) {
    int best = start + rows[0] * columns + across[0];
    for (int row = rows[0]; row < rows[1]; row++) {
      for (int column = across[0]; column < across[1]; column++) {
        int index = start + row * columns + column;
        best = values[index] > values[best] ? index : best;
      }
    }
    return best;
  }

  private static INDArray back(INDArray x, int[] where, INDArray gradient) {
    double[] ofOutput = gradient.dup('c').ravel().toDoubleVector();
    double[] ofInput = new double[Math.toIntExact(x.length())];
    for (int i = 0; i < where.length; i++) {
      ofInput[where[i]] += ofOutput[i];
    }
    return array(x, ofInput, x.shape());
  }

  private static INDArray array(INDArray like, double[] values, long... shape) {
    return Nd4j.createFromArray(values).reshape('c', shape).castTo(like.dataType());
  }
}
