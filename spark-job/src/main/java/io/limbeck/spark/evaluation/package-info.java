/** How good a classifier is, counted partition by partition. */
package io.limbeck.spark.evaluation;
