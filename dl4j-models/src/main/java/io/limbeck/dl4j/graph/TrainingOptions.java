package io.limbeck.dl4j.graph;

import io.limbeck.core.config.ScheduleConfig;
import io.limbeck.core.config.ScheduleConfig.Adam;
import io.limbeck.core.config.ScheduleConfig.AdamW;
import io.limbeck.core.config.ScheduleConfig.Nesterovs;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * How a student is trained, as far as its graph must know.
 *
 * @param schedule updater, weight decay and learning rate
 * @param stepsPerEpoch steps that the largest partition takes in an epoch
 * @param taskLosses the networks' cross-entropies with the labels, in the order of the graph's
 *     outputs
 * @param learners which parts learn
 * @param seed of the connectors' weights
 */
public record TrainingOptions(
    ScheduleConfig schedule,
    int stepsPerEpoch,
    List<TaskLoss> taskLosses,
    Learners learners,
    long seed)
    implements Serializable {
  /** Copies the list. */
  public TrainingOptions {
    taskLosses = List.copyOf(taskLosses);
  }

  /**
   * Of one network.
   *
   * @param schedule updater, weight decay and learning rate
   * @param stepsPerEpoch steps that the largest partition takes in an epoch
   * @param taskLossWeight factor of the labels' cross-entropy
   * @param learners which parts learn
   * @param seed of the connectors' weights
   */
  public TrainingOptions(
      ScheduleConfig schedule,
      int stepsPerEpoch,
      double taskLossWeight,
      Learners learners,
      long seed) {
    this(schedule, stepsPerEpoch, List.of(new TaskLoss("student", taskLossWeight)), learners, seed);
  }

  /**
   * Of a student that learns.
   *
   * @param schedule updater, weight decay and learning rate
   * @param stepsPerEpoch steps that the largest partition takes in an epoch
   * @param taskLossWeight factor of the labels' cross-entropy
   */
  public TrainingOptions(ScheduleConfig schedule, int stepsPerEpoch, double taskLossWeight) {
    this(schedule, stepsPerEpoch, taskLossWeight, Learners.ALL, 0);
  }

  /** Sets updater and weight decay of a vertex. */
  void setOn(GraphVertex vertex) {
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return;
    }
    layerVertex.getLayerConf().setMiniBatch(true);
    Layer any = layerVertex.getLayerConf().getLayer();
    // What does not learn has zero gradients, and needs nothing to be remembered of them.
    boolean learns = learners.include(any.getLayerName());
    IUpdater updater = learns ? updater() : new NoOp();
    List<Regularization> regularization = learns && hasWeights(any) ? regularization() : List.of();
    if (any instanceof BaseLayer layer) {
      layer.setIUpdater(updater);
      layer.setBiasUpdater(null);
      layer.setRegularization(regularization);
      layer.setRegularizationBias(List.of());
    } else if (any instanceof AbstractSameDiffLayer layer) {
      layer.setUpdater(updater);
      layer.setBiasUpdater(null);
      layer.setRegularization(regularization);
      layer.setRegularizationBias(List.of());
    }
  }

  /**
   * The factors behind a normalisation are none, and neither is a layer with one input and no bias,
   * which is a learnt array such as a transformer's tokens.
   */
  private static boolean hasWeights(Layer layer) {
    return !(layer instanceof ElementWiseMultiplicationLayer)
        && !(layer instanceof DenseLayer dense && dense.getNIn() == 1 && !dense.hasBias());
  }

  private List<Regularization> regularization() {
    List<Regularization> all = new ArrayList<>();
    if (schedule.weightDecay() > 0) {
      all.add(new L2Regularization(schedule.weightDecay()));
    }
    if (schedule.updater() instanceof AdamW adam && adam.weightDecay() > 0) {
      all.add(new WeightDecay(adam.weightDecay(), true));
    }
    return all;
  }

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
      return adam(curve, adam.beta1(), adam.beta2(), adam.epsilon());
    }
    if (schedule.updater() instanceof AdamW adam) {
      return adam(curve, adam.beta1(), adam.beta2(), adam.epsilon());
    }
    return Sgd.builder().learningRate(curve.base()).learningRateSchedule(curve).build();
  }

  private static IUpdater adam(LearningRateCurve curve, double beta1, double beta2, double eps) {
    return org.nd4j.linalg.learning.config.Adam.builder()
        .learningRate(curve.base())
        .learningRateSchedule(curve)
        .beta1(beta1)
        .beta2(beta2)
        .epsilon(eps)
        .build();
  }
}
