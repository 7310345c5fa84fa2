package io.limbeck.core.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values that were not made by this code. Each file says how. */
final class Goldens {
  /** The reference framework's losses, evaluated in double precision by PyTorch. */
  static final Goldens REFERENCE = new Goldens("/losses.json");

  /** Losses that it lacks, from their authors' formulas, differentiated by PyTorch. */
  static final Goldens BEYOND = new Goldens("/losses-beyond.json");

  private final JsonNode root;

  private Goldens(String resource) {
    try (InputStream in = Goldens.class.getResourceAsStream(resource)) {
      this.root = new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    root.get("cases").forEach(each -> names.add(each.get("name").asText()));
    return names;
  }

  /** An input array, such as {@code A_student}. */
  INDArray input(String name, long... shape) {
    return array(root.at("/inputs/" + name), shape);
  }

  double loss(String name) {
    return find(name).get("loss").asDouble();
  }

  /** Null where the file has none. */
  INDArray gradient(String name, String of, long... shape) {
    JsonNode gradient = find(name).get(of);
    return gradient == null || gradient.isNull() ? null : array(gradient, shape);
  }

  private JsonNode find(String name) {
    for (JsonNode each : root.get("cases")) {
      if (each.get("name").asText().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("No golden case " + name);
  }

  private static INDArray array(JsonNode node, long... shape) {
    List<Double> values = new ArrayList<>();
    flatten(node, values);
    double[] flat = values.stream().mapToDouble(Double::doubleValue).toArray();
    return Nd4j.createFromArray(flat).reshape('c', shape);
  }

  private static void flatten(JsonNode node, List<Double> values) {
    if (node.isArray()) {
      node.forEach(item -> flatten(item, values));
    } else {
      values.add(node.asDouble());
    }
  }
}
