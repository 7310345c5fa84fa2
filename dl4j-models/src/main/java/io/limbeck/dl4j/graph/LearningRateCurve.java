package io.limbeck.dl4j.graph;

import io.limbeck.core.config.ScheduleConfig.Cosine;
import io.limbeck.core.config.ScheduleConfig.LrSchedule;
import io.limbeck.core.config.ScheduleConfig.MultiStep;
import io.limbeck.core.config.ScheduleConfig.Poly;
import io.limbeck.core.config.ScheduleConfig.Step;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The learning rate over the steps of a run: a linear warm-up times a curve.
 *
 * @param base the full rate
 * @param schedule the curve
 * @param stepsPerEpoch steps that the largest partition takes in an epoch
 * @param epochs of the run
 */
public record LearningRateCurve(double base, LrSchedule schedule, int stepsPerEpoch, int epochs)
    implements ISchedule {

  @Override
  public double valueAt(int iteration, int epoch) {
    return at(iteration);
  }

  /**
   * The rate of one step.
   *
   * @param step from 0
   */
  public double at(int step) {
    double warmupSteps = schedule.warmupEpochs() * stepsPerEpoch;
    double warmup = step < warmupSteps ? (step + 1) / (warmupSteps + 1) : 1;
    return base * warmup * factor(step / (double) stepsPerEpoch);
  }

  private double factor(double epoch) {
    if (schedule instanceof Cosine cosine) {
      double progress = Math.min(1, epoch / epochs);
      return cosine.minFactor()
          + (1 - cosine.minFactor()) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
    if (schedule instanceof MultiStep steps) {
      double passed =
          (double) steps.milestones().stream().filter(milestone -> epoch >= milestone).count();
      return Math.pow(steps.gamma(), passed);
    }
    if (schedule instanceof Step step) {
      return Math.pow(step.gamma(), Math.floor(epoch / step.stepSize()));
    }
    if (schedule instanceof Poly poly) {
      double left = Math.max(0, 1 - epoch / epochs);
      return poly.minFactor() + (1 - poly.minFactor()) * Math.pow(left, poly.power());
    }
    return 1;
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
