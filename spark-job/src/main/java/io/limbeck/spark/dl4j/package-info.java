/**
 * Distillation for programs that use dl4j-spark: a training master to hand to {@code
 * SparkComputationGraph}.
 */
package io.limbeck.spark.dl4j;
