package io.limbeck.spark.preparation;

import io.limbeck.core.config.DataConfig;
import io.limbeck.core.config.LabelType;
import io.limbeck.core.error.UserException;
import io.limbeck.core.network.DataSamples;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.spark.worker.FrozenTeachers;
import io.limbeck.spark.worker.WorkerPlan;
import io.limbeck.spark.worker.Workplace;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One training step on two random examples, on the driver: what only a pass can tell, such as
 * whether a watched method is called at all or whether a user's own loss works, is told before the
 * cluster is used.
 */
final class TrialStep {
  private static final int EXAMPLES = 2;

  private TrialStep() {}

  /**
   * Takes the step and forgets it.
   *
   * @param plan of a run
   * @param teachers its teachers; null where the student is its own
   * @param shape of one example
   * @param data what examples are labelled with
   * @return numbers that learn, and numbers that their updater keeps
   * @throws UserException when it fails
   */
  static long[] run(WorkerPlan plan, FrozenTeachers teachers, int[] shape, DataConfig data) {
    Workplace workplace = Workplace.of(plan, teachers);
    plan.distillation()
        .distiller()
        .distillLosses()
        .forEach(
            (name, loss) ->
                loss.initialState(plan.seed())
                    .ifPresent(state -> workplace.step().states().put(name, state)));
    try {
      if (workplace.dataFree() == null) {
        workplace.step().run(batch(shape, labels(shape, data)));
      } else {
        workplace.dataFree().run(EXAMPLES, 0);
      }
      return new long[] {workplace.parametersCopy().length, workplace.updaterStateCopy().length};
    } catch (UserException e) {
      throw e;
    } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new UserException(
          "'%s': a trial step on two random examples failed: %s"
              .formatted(plan.distillation().key(), e.getMessage()),
          e);
    }
  }

  private static DistillationStep.Batch batch(int[] shape, INDArray labels) {
    long[] full = new long[shape.length + 1];
    full[0] = EXAMPLES;
    int length = EXAMPLES;
    for (int i = 0; i < shape.length; i++) {
      full[i + 1] = shape[i];
      length *= shape[i];
    }
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return new DistillationStep.Batch(
        Nd4j.createFromArray(values).reshape('c', full),
        labels,
        new DataSamples(labels.dup(), new int[] {0, 1}, null),
        EXAMPLES,
        null,
        0);
  }

  private static INDArray labels(int[] shape, DataConfig data) {
    INDArray labels =
        data.labelType() == LabelType.MAP
            ? Nd4j.zeros(DataType.FLOAT, EXAMPLES, data.numClasses(), shape[1], shape[2])
            : Nd4j.zeros(DataType.FLOAT, EXAMPLES, data.numClasses());
    for (int i = 0; i < EXAMPLES; i++) {
      labels.get(NDArrayIndex.point(i), NDArrayIndex.point(i % data.numClasses())).assign(1);
    }
    return labels;
  }
}
