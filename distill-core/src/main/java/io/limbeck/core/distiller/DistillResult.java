package io.limbeck.core.distiller;

import io.limbeck.core.loss.LossState;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The distillation losses of one mini-batch.
 *
 * @param losses each loss' weighted value by name, in the order of the config
 * @param gradients for each target the sum of the losses' gradients, in the order of the config
 * @param changes what losses want to remember, by loss name
 */
public record DistillResult(
    Map<String, Double> losses,
    Map<GradientTarget, INDArray> gradients,
    Map<String, LossState.Change> changes) {}
