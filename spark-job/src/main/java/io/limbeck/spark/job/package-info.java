/** An experiment from its config to its report: prepare, train every run, evaluate, export. */
package io.limbeck.spark.job;
