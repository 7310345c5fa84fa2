/** Distillation for programs that use Spark ML: an estimator and its model. */
package io.limbeck.spark.ml;
