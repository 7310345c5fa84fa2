package io.limbeck.core.loss;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Values that were not made by this code: the reference framework's losses, evaluated in double
 * precision by PyTorch. The file says how.
 */
final class Goldens {
  private static final JsonNode ROOT = read();

  private Goldens() {}

  record Case(String name, double loss, INDArray studentGradient, INDArray teacherGradient) {}

  /** The input arrays {@code A} ({@code [4, 5]} logits) or {@code B} ({@code [2, 3, 4, 4]}). */
  static INDArray input(String name, long... shape) {
    return array(ROOT.at("/inputs/" + name), shape);
  }

  static Case find(String name, long... shape) {
    for (JsonNode each : ROOT.get("cases")) {
      if (each.get("name").asText().equals(name)) {
        return new Case(
            name,
            each.get("loss").asDouble(),
            array(each.get("grad_student"), shape),
            each.get("grad_teacher").isNull() ? null : array(each.get("grad_teacher"), shape));
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

  private static JsonNode read() {
    try (InputStream in = Goldens.class.getResourceAsStream("/losses.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
