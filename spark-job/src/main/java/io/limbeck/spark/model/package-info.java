/** From the networks that a config names to networks that fit the data and the machine. */
package io.limbeck.spark.model;
