package io.limbeck.core.loss.feature;

import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.loss.LossInputs;
import io.limbeck.core.math.PairedRows;

/** A loss that is a factor times a sum over the examples, in one pass over both features. */
final class RowWise {
  private RowWise() {}

  /**
   * Its value and gradients.
   *
   * @param inputs of the step
   * @param student name of the student's feature
   * @param teacher of the teacher's, in the same shape
   * @param factor of the sum; the kernel's gradients have it already
   * @param kernel puts gradients in the place of features
   */
  static LossAndGradient of(
      LossInputs inputs, String student, String teacher, double factor, PairedRows.Kernel kernel) {
    PairedRows rows =
        PairedRows.of(
            inputs.array(student), inputs.array(teacher), inputs.wantsGradient(teacher), kernel);
    LossAndGradient result = LossAndGradient.of(factor * rows.sum()).with(student, rows.first());
    return rows.second() == null ? result : result.with(teacher, rows.second());
  }
}
