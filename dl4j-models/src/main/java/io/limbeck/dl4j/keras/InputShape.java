package io.limbeck.dl4j.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The shape of an example that a Keras model tells. */
final class InputShape {
  private InputShape() {}

  /**
   * The shape, channels first.
   *
   * @param model Keras' JSON
   * @return empty where it does not tell it all
   */
  static Optional<int[]> of(JsonNode model) {
    JsonNode config = model.path("config");
    // Up to Keras 2.2.2 a sequential model was its list of layers.
    JsonNode layers = config.isArray() ? config : config.path("layers");
    return StreamSupport.stream(layers.spliterator(), false)
        .map(layer -> layer.path("config").path("batch_input_shape"))
        .filter(JsonNode::isArray)
        .findFirst()
        .filter(InputShape::isWhole)
        .map(InputShape::placed);
  }

  private static boolean isWhole(JsonNode shape) {
    boolean whole = shape.size() == 2 || shape.size() == 4;
    for (int i = 1; i < shape.size(); i++) {
      whole &= shape.get(i).isInt();
    }
    return whole;
  }

  private static int[] placed(JsonNode shape) {
    return shape.size() == 2
        ? new int[] {shape.get(1).asInt()}
        : new int[] {shape.get(3).asInt(), shape.get(1).asInt(), shape.get(2).asInt()};
  }
}
