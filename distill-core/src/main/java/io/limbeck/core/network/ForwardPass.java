package io.limbeck.core.network;

import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one forward pass of a network left behind, by reference.
 *
 * @param activations the output of every vertex that ran and the input, by name
 * @param parameters finds a parameter by its full name
 * @param samples what is known of the examples
 */
public record ForwardPass(
    Map<String, INDArray> activations, Function<String, INDArray> parameters, DataSamples samples) {

  /**
   * A pass of which only the activations matter.
   *
   * @param activations the output of every vertex, by name
   */
  public static ForwardPass of(Map<String, INDArray> activations) {
    return new ForwardPass(activations, name -> null, new DataSamples(null, null, null));
  }

  /**
   * The output of a vertex.
   *
   * @param vertex its name
   * @throws IllegalStateException when it did not run
   */
  public INDArray activation(String vertex) {
    INDArray value = activations.get(vertex);
    if (value == null) {
      throw new IllegalStateException("The forward pass gave no output of '" + vertex + "'");
    }
    return value;
  }
}
