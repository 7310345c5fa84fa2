package io.limbeck.spark.worker;

import io.limbeck.core.distiller.Distiller;
import io.limbeck.dl4j.graph.DistillationStep;
import io.limbeck.dl4j.graph.FrozenNetwork;
import io.limbeck.dl4j.graph.TrainingGraph;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A student and its teacher, made once and used by one task at a time. Everything that a round
 * depends on is set at its start, so it does not matter which workplace serves it.
 */
final class Workplace {
  private final DistillationStep step;
  private final ComputationGraph network;

  private Workplace(DistillationStep step) {
    this.step = step;
    this.network = step.student().network();
  }

  static Workplace of(WorkerPlan plan, FrozenNetwork teacher) {
    ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(plan.student());
    WorkerPlan.Distillation distillation = plan.distillation();
    if (distillation == null) {
      return new Workplace(
          DistillationStep.supervised(TrainingGraph.of(conf, Set.of(), plan.options())));
    }
    Distiller distiller =
        new Distiller(
            distillation.distiller(),
            distillation.key(),
            distillation.student(),
            distillation.teacher());
    TrainingGraph student = TrainingGraph.of(conf, distiller.gradientVertices(), plan.options());
    INDArray weights = Teachers.weights(teacher);
    return new Workplace(new DistillationStep(student, teacher.materialise(weights), distiller));
  }

  DistillationStep step() {
    return step;
  }

  ComputationGraph network() {
    return network;
  }

  /** Sets everything that the next steps depend on. */
  void begin(RoundState state, long randomSeed) {
    Nd4j.getRandom().setSeed(randomSeed);
    network
        .params()
        .assign(Nd4j.createFromArray(state.parameters()).reshape(network.params().shape()));
    INDArray updater = updaterState();
    if (updater != null) {
      if (state.updaterState().length == 0) {
        updater.assign(0);
      } else {
        updater.assign(Nd4j.createFromArray(state.updaterState()).reshape(updater.shape()));
      }
    }
    network.getConfiguration().setEpochCount(state.epoch());
    network.getConfiguration().setIterationCount(state.stepsBefore() + state.firstStep());
  }

  float[] updaterStateCopy() {
    INDArray updater = updaterState();
    return updater == null ? new float[0] : updater.dup().data().asFloat();
  }

  private INDArray updaterState() {
    return network.getUpdater().getUpdaterStateViewArray();
  }
}
