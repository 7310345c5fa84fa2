package io.limbeck.dl4j.graph;

import io.limbeck.core.distiller.Distiller;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One training step: teacher forward, student forward, losses and their gradients, student
 * backward, update. The student runs forward and backward once, in DL4J's own {@code fit}. Not for
 * use by several threads.
 */
public final class DistillationStep {
  private final TrainingGraph student;
  private final TeacherGraph teacher;
  private final Distiller distiller;
  private final StepListener listener;
  private long teacherNanos;

  /**
   * A step with a teacher.
   *
   * @param student the student
   * @param teacher the teacher
   * @param distiller the losses between them
   */
  public DistillationStep(TrainingGraph student, TeacherGraph teacher, Distiller distiller) {
    this.student = student;
    this.teacher = teacher;
    this.distiller = distiller;
    this.listener = new StepListener(student, distiller);
    student.network().setListeners(listener);
  }

  /**
   * A step from labels alone.
   *
   * @param student the network
   * @return the step
   */
  public static DistillationStep supervised(TrainingGraph student) {
    return new DistillationStep(student, null, null);
  }

  /** The graph that is trained. */
  public TrainingGraph student() {
    return student;
  }

  /**
   * Trains on one mini-batch.
   *
   * @param features {@code [batch, …]}
   * @param labels one-hot, {@code [batch, classes]}; DL4J destroys the array at the end of the step
   * @return each loss by name, as in the reference's logs: {@code distill.NAME} and {@code
   *     student.loss}
   */
  public Map<String, Double> run(INDArray features, INDArray labels) {
    if (teacher == null) {
      fit(features, labels);
    } else {
      long start = System.nanoTime();
      distiller.teacher().record(teacher.forward(features));
      teacherNanos += System.nanoTime() - start;
      try {
        fit(features, labels);
      } finally {
        distiller.release();
      }
    }
    return new LinkedHashMap<>(listener.losses());
  }

  /** Time spent in the teacher so far, in nanoseconds. */
  public long teacherNanos() {
    return teacherNanos;
  }

  private void fit(INDArray features, INDArray labels) {
    student.network().fit(new INDArray[] {features}, student.labels(labels));
  }
}
