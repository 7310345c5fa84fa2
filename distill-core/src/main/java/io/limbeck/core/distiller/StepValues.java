package io.limbeck.core.distiller;

import io.limbeck.core.loss.LossState;
import io.limbeck.core.recorder.Recording;
import java.util.Map;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What both networks' passes of one step left behind.
 *
 * @param student its recording
 * @param teacher its recording
 * @param connectors finds an output of a connector by its name and index
 * @param lossParameters finds a parameter by the names of loss and parameter
 * @param states what losses remember, by loss name
 * @param epoch epochs since the start of training, with fractions, for the weights' schedules
 * @param seed of what losses draw by chance in this step
 */
public record StepValues(
    Recording student,
    Recording teacher,
    BiFunction<String, Integer, INDArray> connectors,
    BiFunction<String, String, INDArray> lossParameters,
    Map<String, LossState> states,
    double epoch,
    long seed) {}
