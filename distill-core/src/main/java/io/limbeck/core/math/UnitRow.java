package io.limbeck.core.math;

/**
 * What scales a row on the heap to length one, as {@link UnitRows} does for arrays.
 *
 * @param divisor its length, or one where it is too short
 * @param hasDirection whether it is not
 */
public record UnitRow(double divisor, boolean hasDirection) {

  /**
   * Of some values.
   *
   * @param values on the heap
   * @param from the first of them
   * @param to behind the last one
   */
  public static UnitRow of(double[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i] * values[i];
    }
    double length = Math.sqrt(sum);
    return length < UnitRows.SHORTEST ? new UnitRow(1, false) : new UnitRow(length, true);
  }
}
