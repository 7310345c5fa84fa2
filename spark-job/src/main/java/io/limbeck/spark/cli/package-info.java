/** The command line. */
package io.limbeck.spark.cli;
