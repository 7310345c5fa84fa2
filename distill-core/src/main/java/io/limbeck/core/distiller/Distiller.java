package io.limbeck.core.distiller;

import io.limbeck.core.loss.Loss;
import io.limbeck.core.loss.LossAndGradient;
import io.limbeck.core.network.NetworkDescription;
import io.limbeck.core.network.Side;
import io.limbeck.core.recorder.RecorderManager;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes every mapped loss from what the recorders captured, and the gradients for the student.
 * Made once for a pair of networks, after {@link DistillerCheck} found the config to fit them. Not
 * for use by several threads.
 */
public final class Distiller {
  private final DistillerConfig config;
  private final RecorderManager student;
  private final RecorderManager teacher;

  /**
   * Checks a config against two networks and makes their distiller.
   *
   * @param config the distiller block
   * @param key where the block stands in the file, for messages
   * @param studentNetwork what can be recorded in the student
   * @param teacherNetwork what can be recorded in the teacher
   * @throws io.limbeck.core.error.UserException with everything in the block that does not fit
   */
  public Distiller(
      DistillerConfig config,
      String key,
      NetworkDescription studentNetwork,
      NetworkDescription teacherNetwork) {
    this.config = config;
    this.student =
        new RecorderManager(config.studentRecorders(), studentNetwork, key + ".student_recorders");
    this.teacher =
        new RecorderManager(config.teacherRecorders(), teacherNetwork, key + ".teacher_recorders");
    new DistillerCheck(config, key, student, teacher).run();
  }

  /** The student's recorders. */
  public RecorderManager student() {
    return student;
  }

  /** The teacher's recorders. */
  public RecorderManager teacher() {
    return teacher;
  }

  /** The student's vertices that receive gradients, in the order of the config. */
  public Set<String> gradientVertices() {
    Set<String> vertices = new LinkedHashSet<>();
    config
        .lossForwardMappings()
        .forEach(
            (name, mapping) ->
                config.distillLosses().get(name).arguments().stream()
                    .filter(argument -> argument.differentiable())
                    .map(argument -> mapping.get(argument.name()))
                    .filter(reference -> reference.side() == Side.STUDENT)
                    .forEach(reference -> vertices.add(vertexOf(reference))));
    return vertices;
  }

  /**
   * The losses of one mini-batch.
   *
   * @return values and gradients, both in the order of the config
   * @throws IllegalStateException when one of the networks has recorded nothing
   */
  public DistillResult distill() {
    Map<String, Double> losses = new LinkedHashMap<>();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    config
        .lossForwardMappings()
        .forEach(
            (name, mapping) -> {
              Loss loss = config.distillLosses().get(name);
              Map<String, INDArray> values = new LinkedHashMap<>();
              mapping.forEach((argument, reference) -> values.put(argument, valueOf(reference)));
              LossAndGradient result = loss.lossAndGradient(values);
              losses.put(name, result.loss());
              result
                  .gradients()
                  .forEach((argument, gradient) -> add(gradients, mapping.get(argument), gradient));
            });
    return new DistillResult(losses, gradients);
  }

  /** Lets go of what both networks recorded. */
  public void release() {
    student.close();
    teacher.close();
  }

  private void add(Map<String, INDArray> gradients, RecordReference reference, INDArray gradient) {
    if (reference.side() == Side.STUDENT) {
      gradients.merge(vertexOf(reference), gradient, INDArray::addi);
    }
  }

  private INDArray valueOf(RecordReference reference) {
    return managerOf(reference).get(reference.recorder(), reference.recordIdx());
  }

  private String vertexOf(RecordReference reference) {
    return managerOf(reference).executions(reference.recorder()).get(reference.recordIdx()).name();
  }

  private RecorderManager managerOf(RecordReference reference) {
    return reference.side() == Side.STUDENT ? student : teacher;
  }
}
