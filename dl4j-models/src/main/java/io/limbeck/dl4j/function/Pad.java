package io.limbeck.dl4j.function;

import io.limbeck.core.math.Resize;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maps with points of their own added on each side, PyTorch's {@code pad}.
 *
 * @param mode which points
 * @param size how many
 */
public record Pad(Mode mode, int size) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  /** Which points of the map are added. */
  public enum Mode {
    /** Mirrored at the last point, which is not repeated. */
    REFLECT,
    /** The last point. */
    REPLICATE,
    /** Those of the other side. */
    CIRCULAR
  }

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    List<Long> map = inputs.get(0);
    return List.of(map.get(0), map.get(1) + 2L * size, map.get(2) + 2L * size);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    Resize pad = Resize.selecting(x, 2 * size, (place, side) -> source(place - size, side));
    return ArrayFunction.value(pad.apply(x), pad::back);
  }

  private int source(int place, int side) {
    return switch (mode) {
      case REFLECT -> place < 0 ? -place : place >= side ? 2 * (side - 1) - place : place;
      case REPLICATE -> Math.max(0, Math.min(side - 1, place));
      case CIRCULAR -> Math.floorMod(place, side);
    };
  }
}
