/**
 * From examples to mini-batches: packed into blocks, dealt out evenly, shuffled and augmented from
 * seeds alone.
 */
package io.limbeck.spark.data;
