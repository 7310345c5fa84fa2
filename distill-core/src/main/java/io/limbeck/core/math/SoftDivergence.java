package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far a student's softened probabilities are from a teacher's: {@code factor * sum p_T (log p_T
 * - log p_S)} with {@code p_X = softmax(X / tau)}, and its gradients, in one pass over both.
 *
 * @param value of the divergence
 * @param student its gradient with respect to the student's logits
 * @param teacher the same of the teacher's; null where nobody wants it
 */
public record SoftDivergence(double value, INDArray student, INDArray teacher) {

  /**
   * Compares.
   *
   * @param student logits, any shape
   * @param teacher logits in that shape
   * @param tau temperature
   * @param factor of value and gradients
   * @param wantsTeacher whether the teacher's gradient is wanted
   * @param dimensions over which the probabilities sum to one, one behind the other
   */
  public static SoftDivergence of(
      INDArray student,
      INDArray teacher,
      double tau,
      double factor,
      boolean wantsTeacher,
      int... dimensions) {
    Slices ofStudent = Slices.of(student, dimensions);
    Slices ofTeacher = Slices.of(teacher, dimensions);
    Slices toStudent = ofStudent.like();
    Slices toTeacher = wantsTeacher ? ofTeacher.like() : null;
    Pair pair = new Pair(new SoftmaxSlices(ofStudent, tau), new SoftmaxSlices(ofTeacher, tau));
    double[] gradient = ofStudent.room();
    double sum = 0;
    for (int first = 0; first < ofStudent.count(); first += ofStudent.atOnce()) {
      pair.student.at(first);
      pair.teacher.at(first);
      int elements = ofStudent.from(first) * ofStudent.length();
      sum += pair.divergence(elements);
      pair.ofStudent(elements, factor / tau, gradient);
      toStudent.write(gradient, first);
      if (wantsTeacher) {
        for (int start = 0; start < elements; start += ofTeacher.length()) {
          pair.ofTeacher(start, ofTeacher, factor / tau, gradient);
        }
        toTeacher.write(gradient, first);
      }
    }
    return new SoftDivergence(
        factor * sum, toStudent.as(student), wantsTeacher ? toTeacher.as(teacher) : null);
  }

  private record Pair(SoftmaxSlices student, SoftmaxSlices teacher) {

    double divergence(int elements) {
      double sum = 0;
      for (int i = 0; i < elements; i++) {
        sum += teacher.probabilities()[i] * ratio(i);
      }
      return sum;
    }

    private double ratio(int i) {
      return teacher.logs()[i] - student.logs()[i];
    }

    void ofStudent(int elements, double factor, double[] gradient) {
      for (int i = 0; i < elements; i++) {
        gradient[i] = (student.probabilities()[i] - teacher.probabilities()[i]) * factor;
      }
    }

    /** {@code p_T (r - sum p_T r)} with {@code r = log p_T - log p_S}, of one slice. */
    void ofTeacher(int start, Slices like, double factor, double[] gradient) {
      double[] sums = new double[like.inner()];
      for (int i = start; i < start + like.length(); i++) {
        sums[i % sums.length] += teacher.probabilities()[i] * ratio(i);
      }
      for (int i = start; i < start + like.length(); i++) {
        gradient[i] = teacher.probabilities()[i] * (ratio(i) - sums[i % sums.length]) * factor;
      }
    }
  }
}
