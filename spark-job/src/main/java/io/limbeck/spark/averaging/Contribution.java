package io.limbeck.spark.averaging;

/**
 * What one partition brings to an average.
 *
 * @param partition which partition, from 0
 * @param weight its share before division by the sum; 0 leaves it out
 * @param values the vector; may be empty when the weight is 0
 */
public record Contribution(int partition, double weight, float[] values) {}
