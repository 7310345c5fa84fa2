package io.limbeck.dl4j.function;

import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The channels of several maps, one after the other. */
public record Concatenate() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    long channels = inputs.stream().mapToLong(map -> map.get(0)).sum();
    return List.of(channels, inputs.get(0).get(1), inputs.get(0).get(2));
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    long[] channels = inputs.stream().mapToLong(map -> map.size(1)).toArray();
    return new Value(
        Nd4j.concat(1, inputs.toArray(INDArray[]::new)), gradient -> parts(gradient, channels));
  }

  private static List<INDArray> parts(INDArray gradient, long... channels) {
    List<INDArray> parts = new ArrayList<>();
    long from = 0;
    for (long width : channels) {
      parts.add(
          gradient
              .get(
                  NDArrayIndex.all(),
                  NDArrayIndex.interval(from, from + width),
                  NDArrayIndex.all(),
                  NDArrayIndex.all())
              .dup('c'));
      from += width;
    }
    return parts;
  }
}
