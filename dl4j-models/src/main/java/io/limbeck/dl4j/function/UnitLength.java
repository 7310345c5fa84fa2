package io.limbeck.dl4j.function;

import io.limbeck.core.math.Rows;
import io.limbeck.core.math.UnitRows;
import io.limbeck.dl4j.vertex.ArrayFunction;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Each example, flattened, scaled to length one; a zero example stays zero. */
public record UnitLength() implements ArrayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public List<Long> shape(List<List<Long>> inputs) {
    return inputs.get(0);
  }

  @Override
  public Value apply(List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    UnitRows unit = UnitRows.of(Rows.of(x));
    return ArrayFunction.value(
        Rows.back(unit.rows(), x), gradient -> Rows.back(unit.back(Rows.of(gradient)), x));
  }
}
