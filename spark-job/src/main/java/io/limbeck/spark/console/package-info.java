/** Where people read what a job says: a terminal, or a log. */
package io.limbeck.spark.console;
