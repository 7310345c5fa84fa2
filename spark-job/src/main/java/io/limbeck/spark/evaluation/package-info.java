/**
 * A network on a part of the data, counted partition by partition: how good it is, what it sees.
 */
package io.limbeck.spark.evaluation;
