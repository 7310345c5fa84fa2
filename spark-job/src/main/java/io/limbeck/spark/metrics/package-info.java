/** Training as numbers of Spark's metrics system, for whatever sink it is given. */
package io.limbeck.spark.metrics;
