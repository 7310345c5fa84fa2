/** What the driver tells Spark's listeners about training, and what they keep of it. */
package io.limbeck.spark.monitor;
