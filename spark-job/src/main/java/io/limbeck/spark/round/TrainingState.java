package io.limbeck.spark.round;

/**
 * What moves in a training.
 *
 * @param parameters of the student's training graph
 * @param updaterState of its updater; empty for none
 */
public record TrainingState(float[] parameters, float[] updaterState) {}
