package io.limbeck.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values that PyTorch made; each file's script says how. */
public final class Goldens {
  private final JsonNode root;

  private Goldens(JsonNode root) {
    this.root = root;
  }

  /** A file of the test resources. */
  public static Goldens of(String resource) {
    try (InputStream in = Goldens.class.getResourceAsStream(resource)) {
      return new Goldens(new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All cases. */
  public List<JsonNode> cases() {
    List<JsonNode> cases = new ArrayList<>();
    root.get("cases").forEach(cases::add);
    return cases;
  }

  /** The case whose key has a value. */
  public JsonNode find(String key, String value) {
    return cases().stream()
        .filter(each -> each.get(key).asText().equals(value))
        .findFirst()
        .orElseThrow();
  }

  /** An array. */
  public static INDArray array(JsonNode node) {
    double[] values = new double[node.get("values").size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get("values").get(i).asDouble();
    }
    long[] shape = new long[node.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.get("shape").get(i).asLong();
    }
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  /** Several arrays. */
  public static List<INDArray> arrays(JsonNode nodes) {
    List<INDArray> arrays = new ArrayList<>();
    nodes.forEach(node -> arrays.add(array(node)));
    return arrays;
  }

  /** Arrays by name. */
  public static Map<String, INDArray> named(JsonNode nodes) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    nodes.properties().forEach(each -> arrays.put(each.getKey(), array(each.getValue())));
    return arrays;
  }

  /** Sets all parameters of a network but the running statistics. */
  public static void assign(
      ComputationGraph network, String prefix, Map<String, INDArray> parameters) {
    List<String> unset = new ArrayList<>(network.paramTable().keySet());
    parameters.forEach(
        (name, value) -> {
          String[] parts = (prefix + name).split("/");
          INDArray parameter = network.getLayer(parts[0]).getParam(parts[1]);
          assertThat(parameter.length()).as(name).isEqualTo(value.length());
          // A row of DL4J's is a plain vector of PyTorch's.
          parameter.assign(value.reshape('c', parameter.shape()));
          unset.remove(parts[0] + "_" + parts[1]);
        });
    assertThat(unset).allMatch(name -> name.matches(".*_(mean|log10stdev|var)"));
  }
}
