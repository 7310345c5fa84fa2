package io.limbeck.dl4j.keras;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.hdf5.Attribute;
import org.bytedeco.hdf5.DataSet;
import org.bytedeco.hdf5.DataSpace;
import org.bytedeco.hdf5.DataType;
import org.bytedeco.hdf5.Group;
import org.bytedeco.hdf5.H5File;
import org.bytedeco.hdf5.PredType;
import org.bytedeco.hdf5.StrType;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;

/** Writes models as {@code model.save("model.h5")} of Keras 2 does. */
final class KerasFiles {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private final ArrayNode layers = MAPPER.createArrayNode();
  private final Map<String, Map<String, Weight>> weights = new LinkedHashMap<>();
  private final boolean sequential;
  private String version = "2.9.0";

  /** One array of a layer. */
  private record Weight(float[] values, long... shape) {}

  private KerasFiles(boolean sequential) {
    this.sequential = sequential;
  }

  static KerasFiles sequential() {
    return new KerasFiles(true);
  }

  static KerasFiles functional() {
    return new KerasFiles(false);
  }

  KerasFiles version(String other) {
    version = other;
    return this;
  }

  /** What Keras writes for layers with kernels, whatever they are. */
  private static final String BESIDE_KERNELS =
      """
      {'kernel_initializer': {'class_name': 'GlorotUniform', 'config': {'seed': null}},
       'bias_initializer': {'class_name': 'Zeros', 'config': {}}, 'kernel_regularizer': null,
       'bias_regularizer': null, 'activity_regularizer': null, 'kernel_constraint': null,
       'bias_constraint': null, 'use_bias': true}
      """;

  /** A layer by its config without what Keras writes beside. */
  KerasFiles layer(String type, String name, String config, String... inputs) {
    ObjectNode own = (ObjectNode) parse(type.matches("Conv2D|Dense") ? BESIDE_KERNELS : "{}");
    own.setAll((ObjectNode) parse(config));
    own.put("name", name);
    own.put("trainable", true);
    own.put("dtype", "float32");
    ObjectNode layer = MAPPER.createObjectNode();
    layer.put("class_name", type);
    layer.set("config", own);
    if (!sequential) {
      layer.put("name", name);
      ArrayNode nodes = layer.putArray("inbound_nodes");
      if (inputs.length > 0) {
        ArrayNode node = nodes.addArray();
        for (String input : inputs) {
          node.addArray().add(input).add(0).add(0).add(MAPPER.createObjectNode());
        }
      }
    }
    layers.add(layer);
    weights.put(name, new LinkedHashMap<>());
    return this;
  }

  /** A weight of the last layer. */
  KerasFiles weight(String name, float[] values, long... shape) {
    String layer = layers.get(layers.size() - 1).path("config").path("name").asText();
    weights.get(layer).put(name, new Weight(values, shape));
    return this;
  }

  byte[] bytes() {
    ObjectNode config = MAPPER.createObjectNode();
    config.put("name", "model");
    config.set("layers", layers);
    if (!sequential) {
      String first = layers.get(0).path("name").asText();
      String last = layers.get(layers.size() - 1).path("name").asText();
      config.putArray("input_layers").addArray().add(first).add(0).add(0);
      config.putArray("output_layers").addArray().add(last).add(0).add(0);
    }
    ObjectNode model = MAPPER.createObjectNode();
    model.put("class_name", sequential ? "Sequential" : "Functional");
    model.set("config", config);
    return write(
        Map.of(
            "model_config", model.toString(), "keras_version", version, "backend", "tensorflow"));
  }

  byte[] weightsOnly() {
    return write(Map.of("keras_version", version, "backend", "tensorflow"));
  }

  private byte[] write(Map<String, String> attributes) {
    Path path = null;
    try {
      path = Files.createTempFile("written", ".h5");
      synchronized (Hdf5Archive.LOCK_OBJECT) {
        write(path, attributes);
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (path != null && !path.toFile().delete()) {
        path.toFile().deleteOnExit();
      }
    }
  }

  private void write(Path path, Map<String, String> attributes) {
    H5File file = new H5File(path.toString(), hdf5.H5F_ACC_TRUNC());
    attributes.forEach((name, value) -> attribute(file, name, List.of(value), true));
    Group all = file.createGroup("model_weights");
    attribute(all, "layer_names", new ArrayList<>(weights.keySet()), false);
    weights.forEach(
        (layer, arrays) -> {
          Group group = all.createGroup(layer);
          attribute(
              group,
              "weight_names",
              arrays.keySet().stream().map(name -> layer + "/" + name + ":0").toList(),
              false);
          if (!arrays.isEmpty()) {
            Group inner = group.createGroup(layer);
            arrays.forEach((name, weight) -> dataSet(inner, name + ":0", weight));
            inner.close();
          }
          group.close();
        });
    all.close();
    file.close();
  }

  private static void dataSet(Group group, String name, Weight weight) {
    DataSpace space = new DataSpace(weight.shape().length, weight.shape());
    DataSet data = group.createDataSet(name, new DataType(PredType.NATIVE_FLOAT()), space);
    data.write(new FloatPointer(weight.values()), new DataType(PredType.NATIVE_FLOAT()));
    data.close();
  }

  /** Of fixed length, as h5py writes what Keras hands it. */
  private static void attribute(Group group, String name, List<String> values, boolean scalar) {
    int length = Math.max(1, values.stream().mapToInt(String::length).max().orElse(1));
    StrType type = new StrType(PredType.C_S1(), length);
    DataSpace space =
        scalar
            ? new DataSpace(hdf5.H5S_SCALAR)
            : new DataSpace(1, new long[] {Math.max(1, values.size())});
    Attribute attribute = group.createAttribute(name, type, space);
    byte[] bytes = new byte[Math.max(1, length * values.size())];
    for (int i = 0; i < values.size(); i++) {
      byte[] value = values.get(i).getBytes(StandardCharsets.UTF_8);
      System.arraycopy(value, 0, bytes, i * length, value.length);
    }
    if (!values.isEmpty()) {
      attribute.write(type, new BytePointer(bytes));
    }
    attribute.close();
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
