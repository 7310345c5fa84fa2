/**
 * Examples from files to mini-batches: one packed block a partition, shuffled and augmented from
 * seeds alone.
 */
package io.limbeck.spark.data;
