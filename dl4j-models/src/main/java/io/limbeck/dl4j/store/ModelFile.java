package io.limbeck.dl4j.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.error.UserException;
import io.limbeck.dl4j.engine.CpuEngine;
import io.limbeck.dl4j.engine.HeapCopy;
import io.limbeck.dl4j.keras.KerasFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads and writes networks as DL4J's zip, in memory: where the bytes live is another's business.
 * Keras' HDF5 files are read as well.
 */
public final class ModelFile {
  private static final int PROBLEMS_SHOWN = 5;
  private static final String INPUT_SHAPE = "inputShape.json";
  private static final String KERAS_WEIGHTS = "model.weights.h5";
  private static final Set<String> ENTRIES =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          INPUT_SHAPE,
          KERAS_WEIGHTS);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ModelFile() {}

  /**
   * Reads a network.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @return a graph in single precision, also when the file holds a MultiLayerNetwork
   * @throws UserException when it is not a whole model
   */
  public static ComputationGraph read(byte[] bytes, String name) {
    if (KerasFile.isHdf5(bytes)) {
      return CpuEngine.accelerate(KerasFile.read(bytes, name));
    }
    Map<String, byte[]> entries = entries(bytes, name);
    String configuration = configuration(entries, name);
    try {
      ComputationGraph network =
          restored(configuration, entries.get(ModelSerializer.COEFFICIENTS_BIN), name);
      if (network.getConfiguration().getDataType() != DataType.FLOAT) {
        network = network.convertDataType(DataType.FLOAT);
      }
      return CpuEngine.accelerate(network);
    } catch (UserException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UserException(
          "Model file " + name + " cannot be read as a DL4J model: " + firstLine(e), e);
    }
  }

  /**
   * DL4J's own ModelSerializer would hand an entry {@code preprocessor.bin} to Java's
   * deserialization, which runs whatever a file's author wants. Nothing here needs that entry.
   */
  private static ComputationGraph restored(String configuration, byte[] coefficients, String name)
      throws IOException {
    INDArray parameters;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(coefficients))) {
      parameters = Nd4j.read(in);
    }
    if (configuration.contains("\"networkInputs\"")) {
      NamedClasses.requireParts(configuration, ComputationGraphConfiguration.class, name);
      ComputationGraph graph =
          new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration));
      graph.init(parameters, false);
      return graph;
    }
    NamedClasses.requireParts(configuration, MultiLayerConfiguration.class, name);
    MultiLayerNetwork layers =
        new MultiLayerNetwork(MultiLayerConfiguration.fromJson(configuration));
    layers.init(parameters, false);
    return layers.toComputationGraph();
  }

  /**
   * Writes a network, loadable by any DL4J program, without updater state. DL4J's format does not
   * tell the shape of the input, so a small entry of ours beside DL4J's does.
   *
   * @param network the network, of DL4J's own layers only
   * @param inputShape of one example
   * @return the zip
   */
  public static byte[] write(ComputationGraph network, int... inputShape) {
    return write(network.getConfiguration().toJson(), network.params(), inputShape);
  }

  /**
   * The same of a network that does not live.
   *
   * @param configuration DL4J's JSON
   * @param parameters the flat vector
   * @param inputShape of one example
   * @return the zip
   */
  public static byte[] write(String configuration, float[] parameters, int... inputShape) {
    return write(configuration, HeapCopy.array(parameters, parameters.length), inputShape);
  }

  private static byte[] write(String configuration, INDArray parameters, int... inputShape) {
    // As DL4J's ModelSerializer does, but fast: weights hardly compress.
    try (ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZipOutputStream zip = new ZipOutputStream(out)) {
      add(zip, ModelSerializer.CONFIGURATION_JSON, configuration.getBytes(StandardCharsets.UTF_8));
      zip.setLevel(Deflater.NO_COMPRESSION);
      add(zip, ModelSerializer.COEFFICIENTS_BIN, coefficients(parameters));
      add(zip, INPUT_SHAPE, MAPPER.writeValueAsBytes(inputShape));
      zip.finish();
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
  }

  private static byte[] coefficients(INDArray parameters) throws IOException {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out)) {
      Nd4j.write(parameters, data);
      data.flush();
      return out.toByteArray();
    }
  }

  /** A fixed time, so that equal networks are equal files. */
  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /**
   * The shape of the input that a file tells.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @return empty for a file that does not, such as a zip that another program wrote
   */
  public static Optional<int[]> inputShape(byte[] bytes, String name) {
    if (KerasFile.isHdf5(bytes)) {
      return KerasFile.inputShape(bytes, name);
    }
    byte[] shape = entries(bytes, name).get(INPUT_SHAPE);
    try {
      return shape == null ? Optional.empty() : Optional.of(MAPPER.readValue(shape, int[].class));
    } catch (IOException e) {
      throw new UserException("Model file " + name + " has a damaged entry " + INPUT_SHAPE, e);
    }
  }

  /**
   * Copies a file's weights into a network that must have the very same parameters.
   *
   * @param source what was read
   * @param target the network that is filled
   * @param name the file's name, for messages
   * @throws UserException saying where the two differ
   */
  public static void copyWeights(ComputationGraph source, ComputationGraph target, String name) {
    Map<String, INDArray> from = source.paramTable();
    Map<String, INDArray> to = target.paramTable();
    List<String> problems = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(from.keySet());
    names.addAll(to.keySet());
    for (String parameter : names) {
      INDArray found = from.get(parameter);
      INDArray wanted = to.get(parameter);
      if (found == null) {
        problems.add(parameter + " is not in the file");
      } else if (wanted == null) {
        problems.add(parameter + " is only in the file");
      } else if (!java.util.Arrays.equals(found.shape(), wanted.shape())) {
        problems.add(
            "%s is %s in the file but %s in the network"
                .formatted(
                    parameter,
                    java.util.Arrays.toString(found.shape()),
                    java.util.Arrays.toString(wanted.shape())));
      }
    }
    if (!problems.isEmpty()) {
      throw new UserException(
          "Model file %s does not fit the network, %d of %d parameters differ: %s%s"
              .formatted(
                  name,
                  problems.size(),
                  names.size(),
                  String.join("; ", problems.subList(0, Math.min(PROBLEMS_SHOWN, problems.size()))),
                  problems.size() > PROBLEMS_SHOWN ? "; ..." : ""));
    }
    to.forEach((parameter, array) -> array.assign(from.get(parameter)));
  }

  private static String configuration(Map<String, byte[]> entries, String name) {
    if (entries.containsKey(KERAS_WEIGHTS)) {
      throw new UserException(
          "Model file %s was written by Keras 3, but only HDF5 files of Keras 2 can be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)"
              .formatted(name));
    }
    byte[] configuration = entries.get(ModelSerializer.CONFIGURATION_JSON);
    if (configuration == null || !entries.containsKey(ModelSerializer.COEFFICIENTS_BIN)) {
      throw new UserException(
          "Model file %s is not a DL4J model: it must be a zip with entries %s and %s"
              .formatted(
                  name, ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN));
    }
    return new String(configuration, StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> entries(byte[] bytes, String name) {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (ENTRIES.contains(entry.getName())) {
          entries.put(entry.getName(), zip.readAllBytes());
        }
      }
      return entries;
    } catch (IOException e) {
      throw new UserException("Model file " + name + " is damaged: " + firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse("");
  }
}
