package io.limbeck.spark.worker;

import io.limbeck.core.config.AveragingConfig.Deltas;
import io.limbeck.core.loss.LossState;
import io.limbeck.spark.precision.FloatArray;
import java.io.Serializable;
import java.util.Map;

/**
 * Where a round starts from.
 *
 * @param parameters of the student's training graph
 * @param updaterState of its updater; empty for none
 * @param lossStates what losses remember, by loss name; never changed by a task
 * @param epoch from 0
 * @param firstStep the round's first mini-batch in the epoch
 * @param steps mini-batches of the round; a partition with fewer left takes those
 * @param stepsBefore steps of all earlier epochs, for the learning rate
 * @param keepsUpdater whether the updater's state travels back
 * @param deltas how precisely what is learnt does
 */
public record RoundState(
    FloatArray parameters,
    FloatArray updaterState,
    Map<String, LossState> lossStates,
    int epoch,
    int firstStep,
    int steps,
    int stepsBefore,
    boolean keepsUpdater,
    Deltas deltas)
    implements Serializable {}
