package io.limbeck.spark.ml;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** The columns that estimator and model have in common, under Spark ML's names. */
interface ClassificationParams extends Params {

  /** Column of the examples: a vector, a list of numbers, or the bytes of an image. */
  Param<String> featuresCol();

  /** Column of the predicted class, as a double; the empty name leaves it out. */
  Param<String> predictionCol();

  /** Column of the classes' probabilities, a vector; the empty name leaves it out. */
  Param<String> probabilityCol();

  /** Column of the student's logits, a vector; the empty name leaves it out. */
  Param<String> logitsCol();

  /** The column of the examples. */
  default String getFeaturesCol() {
    return getOrDefault(featuresCol());
  }

  /** The column of the predicted class. */
  default String getPredictionCol() {
    return getOrDefault(predictionCol());
  }

  /** The column of the probabilities. */
  default String getProbabilityCol() {
    return getOrDefault(probabilityCol());
  }

  /** The column of the logits. */
  default String getLogitsCol() {
    return getOrDefault(logitsCol());
  }
}
