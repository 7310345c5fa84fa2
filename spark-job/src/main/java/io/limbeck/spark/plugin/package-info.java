/** What Limbeck adds to Spark itself, on the driver and on executors. */
package io.limbeck.spark.plugin;
