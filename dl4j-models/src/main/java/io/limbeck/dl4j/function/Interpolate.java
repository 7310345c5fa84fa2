package io.limbeck.dl4j.function;

import io.limbeck.core.math.Resize;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maps of another height and width.
 *
 * @param method how values are found
 * @param height of the result
 * @param width of the result
 */
public record Interpolate(Method method, long height, long width) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  /** How values of the result are found. */
  public enum Method {
    /** From the four nearest. */
    BILINEAR,
    /** From the nearest. */
    NEAREST,
    /** The mean of a window. */
    AVERAGE
  }

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return List.of(inputs.get(0).get(0), height, width);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    Resize resize =
        switch (method) {
          case BILINEAR -> Resize.bilinear(x, height, width);
          case NEAREST -> Resize.nearest(x, height, width);
          case AVERAGE -> Resize.averagePool(x, height, width);
        };
    return ArrayFunction.value(resize.apply(x), resize::back);
  }
}
