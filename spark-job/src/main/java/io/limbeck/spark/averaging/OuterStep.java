package io.limbeck.spark.averaging;

import io.limbeck.core.config.OuterOptimizer;
import io.limbeck.core.config.OuterOptimizer.Nesterov;
import io.limbeck.core.config.OuterOptimizer.SlowMo;
import java.util.BitSet;

/**
 * An outer optimizer's step from a round's start and its mean; the formulas are those of {@link
 * OuterOptimizer}'s records, in double precision.
 */
public final class OuterStep {
  private final OuterOptimizer optimizer;
  private final BitSet statistics;

  /**
   * A step of some optimizer.
   *
   * @param optimizer the config's
   * @param statistics which parameters no gradient moves: they become the mean
   */
  public OuterStep(OuterOptimizer optimizer, BitSet statistics) {
    this.optimizer = optimizer;
    this.statistics = (BitSet) statistics.clone();
  }

  /**
   * Where the next round starts.
   *
   * @param parameters of the next round
   * @param velocity what the optimizer remembers; empty for nothing
   */
  public record Moved(float[] parameters, float[] velocity) {}

  /**
   * Takes the step.
   *
   * @param start where the round started
   * @param mean of where the partitions ended
   * @param velocity after the last step; empty for the first
   * @param innerRate the partitions' learning rate in this round
   */
  public Moved step(float[] start, float[] mean, float[] velocity, double innerRate) {
    if (optimizer instanceof Nesterov nesterov) {
      return moved(start, mean, velocity, nesterov.momentum(), nesterov.learningRate(), 1, true);
    }
    if (optimizer instanceof SlowMo slow) {
      return moved(start, mean, velocity, slow.momentum(), slow.learningRate(), innerRate, false);
    }
    return new Moved(mean, velocity);
  }

  private Moved moved(
      float[] start,
      float[] mean,
      float[] before,
      double momentum,
      double rate,
      double unit,
      boolean nesterov) {
    float[] parameters = new float[mean.length];
    float[] velocity = new float[mean.length];
    for (int i = 0; i < mean.length; i++) {
      if (statistics.get(i)) {
        parameters[i] = mean[i];
      } else {
        double gradient = ((double) start[i] - mean[i]) / unit;
        velocity[i] = (float) (momentum * (before.length == 0 ? 0 : before[i]) + gradient);
        double direction = nesterov ? gradient + momentum * velocity[i] : velocity[i];
        parameters[i] = (float) (start[i] - rate * unit * direction);
      }
    }
    return new Moved(parameters, velocity);
  }
}
