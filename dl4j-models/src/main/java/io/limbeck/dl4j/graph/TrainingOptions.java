package io.limbeck.dl4j.graph;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.config.ScheduleConfig.Adam;
import io.limbeck.core.config.ScheduleConfig.Nesterovs;
import java.io.Serializable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How a student is trained, as far as its graph must know.
 *
 * @param schedule updater, weight decay and learning rate
 * @param stepsPerEpoch steps that the largest partition takes in an epoch
 * @param taskLossWeight factor of the labels' cross-entropy; 0 leaves its loss layer out of the
 *     graph
 */
public record TrainingOptions(ScheduleConfig schedule, int stepsPerEpoch, double taskLossWeight)
    implements Serializable {

  /** The learning rate over the steps. */
  public LearningRateCurve learningRate() {
    return new LearningRateCurve(
        schedule.updater().learningRate(), schedule.lrSchedule(), stepsPerEpoch, schedule.epochs());
  }

  /** The updater as DL4J's. */
  IUpdater updater() {
    LearningRateCurve curve = learningRate();
    if (schedule.updater() instanceof Nesterovs nesterovs) {
      return org.nd4j.linalg.learning.config.Nesterovs.builder()
          .learningRate(curve.base())
          .learningRateSchedule(curve)
          .momentum(nesterovs.momentum())
          .build();
    }
    if (schedule.updater() instanceof Adam adam) {
      return org.nd4j.linalg.learning.config.Adam.builder()
          .learningRate(curve.base())
          .learningRateSchedule(curve)
          .beta1(adam.beta1())
          .beta2(adam.beta2())
          .epsilon(adam.epsilon())
          .build();
    }
    return Sgd.builder().learningRate(curve.base()).learningRateSchedule(curve).build();
  }
}
