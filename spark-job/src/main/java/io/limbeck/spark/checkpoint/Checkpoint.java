package io.limbeck.spark.checkpoint;

import io.limbeck.spark.round.TrainingState;

/**
 * A run between two rounds: what its future depends on.
 *
 * @param progress how far it has come
 * @param state where the next round starts
 * @param best the best epoch's parameters; null for none
 */
public record Checkpoint(RunProgress progress, TrainingState state, float[] best) {}
