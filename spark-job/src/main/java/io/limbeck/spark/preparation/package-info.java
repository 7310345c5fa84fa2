/**
 * What an experiment needs is found, tried and checked on the driver, before anything is trained.
 */
package io.limbeck.spark.preparation;
