/** The one loop of a training: broadcast, train every partition, average, next round. */
package io.limbeck.spark.round;
