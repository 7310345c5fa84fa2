package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Rows scaled to length one, {@code u = x / (|x| + added)}. A row shorter than {@link #SHORTEST}
 * stays as it is, a zero row zero, and takes no gradient: its direction is not defined.
 *
 * @param rows {@code [rows, features]}, scaled
 * @param length {@code [rows, 1]}, before
 * @param added to the length that is divided by
 */
public record UnitRows(INDArray rows, INDArray length, double added) {
  static final double SHORTEST = 1e-12;

  /**
   * Scales.
   *
   * @param rows {@code [rows, features]}
   */
  public static UnitRows of(INDArray rows) {
    return of(rows, 0);
  }

  /**
   * Scales, a little shorter than to one.
   *
   * @param rows {@code [rows, features]}
   * @param added to the length that is divided by
   */
  public static UnitRows of(INDArray rows, double added) {
    INDArray length = Transforms.sqrt(rows.mul(rows).sum(true, 1), false);
    INDArray divisor = length.add(length.lt(SHORTEST).castTo(length.dataType())).addi(added);
    return new UnitRows(rows.div(divisor), length, added);
  }

  /**
   * Carries a gradient from the scaled rows back to the rows: {@code (g - u (u . g) (|x| + added) /
   * |x|) / (|x| + added)}.
   *
   * @param gradient with respect to the scaled rows
   * @return a new array
   */
  public INDArray back(INDArray gradient) {
    INDArray tooShort = length.lt(SHORTEST).castTo(length.dataType());
    INDArray safe = length.add(tooShort);
    INDArray divisor = safe.add(added);
    INDArray along = rows.mul(gradient).sum(true, 1).muli(divisor).divi(safe);
    return gradient.sub(rows.mul(along)).divi(divisor).muli(tooShort.rsubi(1));
  }
}
