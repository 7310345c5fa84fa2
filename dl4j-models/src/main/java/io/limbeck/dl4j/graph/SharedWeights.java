package io.limbeck.dl4j.graph;

import io.limbeck.dl4j.inference.Weights;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of a frozen network, which any number of running instances look at.
 *
 * @param parameters the flat vector
 * @param compiled the same as compiled instances take them; filled when the first one runs
 */
public record SharedWeights(INDArray parameters, Weights compiled) {

  /**
   * Weights that nothing has been made of yet.
   *
   * @param parameters the flat vector
   */
  static SharedWeights of(INDArray parameters) {
    return new SharedWeights(parameters, new Weights());
  }
}
