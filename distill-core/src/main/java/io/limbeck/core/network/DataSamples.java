package io.limbeck.core.network;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What is known of the examples of a mini-batch beside their features: the second input of a whole
 * network, as the reference framework has it.
 *
 * @param labels class indices {@code [batch]} or one-hot rows {@code [batch, classes]}; null where
 *     there are none
 * @param sampleIdx the number of each example in the training set; null where they have none
 * @param contrastSampleIdx for each example first its own number, then those of its negatives; null
 *     where negatives were not drawn by class
 */
public record DataSamples(INDArray labels, int[] sampleIdx, int[][] contrastSampleIdx) {}
