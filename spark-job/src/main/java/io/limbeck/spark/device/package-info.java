/** GPUs: which one a task was given, what ND4J can run on, what is asked of Spark. */
package io.limbeck.spark.device;
