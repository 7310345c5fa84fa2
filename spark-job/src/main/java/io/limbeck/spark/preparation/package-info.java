/**
 * What an experiment needs is found, tried and checked on the driver, before the cluster is used.
 */
package io.limbeck.spark.preparation;
