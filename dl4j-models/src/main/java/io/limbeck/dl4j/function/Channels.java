package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Some of the channels of maps.
 *
 * @param from the first
 * @param to behind the last
 */
public record Channels(int from, int to) implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    List<Long> map = inputs.get(0);
    return List.of((long) to - from, map.get(1), map.get(2));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    return ArrayFunction.value(
        x.get(window()).dup('c'),
        gradient -> {
          INDArray back = x.like();
          back.put(window(), gradient);
          return back;
        });
  }

  private INDArrayIndex[] window() {
    return new INDArrayIndex[] {
      NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all()
    };
  }
}
