package io.limbeck.core.distiller;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The distillation losses of one mini-batch.
 *
 * @param losses each loss' weighted value by name, in the order of the config
 * @param gradients for each student vertex that a loss reads, the sum of the losses' gradients with
 *     respect to its output
 */
public record DistillResult(Map<String, Double> losses, Map<String, INDArray> gradients) {}
