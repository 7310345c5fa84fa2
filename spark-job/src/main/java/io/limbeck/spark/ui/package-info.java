/** The Distillation tab of Spark's UI, live and in the history server, and its REST interface. */
package io.limbeck.spark.ui;
