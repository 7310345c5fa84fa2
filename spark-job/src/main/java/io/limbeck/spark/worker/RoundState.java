package io.limbeck.spark.worker;

import java.io.Serializable;

/**
 * Where a round starts from.
 *
 * @param parameters of the student's training graph
 * @param updaterState of its updater; empty for none
 * @param epoch from 0
 * @param firstStep the round's first mini-batch in the epoch
 * @param steps mini-batches of the round; a partition with fewer left takes those
 * @param stepsBefore steps of all earlier epochs, for the learning rate
 */
public record RoundState(
    float[] parameters, float[] updaterState, int epoch, int firstStep, int steps, int stepsBefore)
    implements Serializable {}
