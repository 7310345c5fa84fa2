package io.limbeck.dl4j.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.limbeck.core.error.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.hdf5.global.hdf5;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.deeplearning4j.nn.modelimport.keras.KerasModel;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasModelBuilder;

/**
 * Reads the HDF5 file that {@code model.save("model.h5")} of Keras 2 writes. Images come channels
 * first, as everywhere here, whatever order the network was trained in, and the last layer is an
 * output layer.
 */
public final class KerasFile {
  private static final byte[] MAGIC = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private KerasFile() {}

  /**
   * Whether a file is HDF5.
   *
   * @param bytes of the file
   */
  public static boolean isHdf5(byte[] bytes) {
    return bytes.length > MAGIC.length
        && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * Reads a network.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @throws UserException when DL4J cannot import it
   */
  public static ComputationGraph read(byte[] bytes, String name) {
    return withFile(bytes, name, (file, model) -> imported(file, model, name));
  }

  /**
   * The shape of an example that a file tells, channels first.
   *
   * @param bytes of the file
   * @param name the file's name, for messages
   * @return empty where it does not tell it all
   */
  public static Optional<int[]> inputShape(byte[] bytes, String name) {
    return withFile(bytes, name, (file, model) -> InputShape.of(model));
  }

  private static ComputationGraph imported(Path file, JsonNode model, String name) {
    try {
      KerasModelBuilder builder =
          new KerasModel()
              .modelBuilder()
              .modelHdf5Filename(file.toString())
              .enforceTrainingConfig(false);
      KerasModel keras =
          model.path("class_name").asText().equals("Sequential")
              ? builder.buildSequential()
              : builder.buildModel();
      return OutputLayers.withOutput(ChannelsFirst.of(keras.getComputationGraph(), name));
    } catch (IOException
        | InvalidKerasConfigurationException
        | UnsupportedKerasConfigurationException e) {
      throw failed(name, e);
    }
  }

  /** Something that is done with a file of this machine. */
  private interface Task<T> {
    T of(Path file, JsonNode model);
  }

  private static <T> T withFile(byte[] bytes, String name, Task<T> task) {
    Path file = null;
    try {
      file = Files.createTempFile("keras", ".h5");
      Files.write(file, bytes);
      return task.of(file, model(file, name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw failed(name, e);
    } finally {
      delete(file);
    }
  }

  private static JsonNode model(Path file, String name) {
    // Who reads our message needs not HDF5's own on the console.
    synchronized (Hdf5Archive.LOCK_OBJECT) {
      hdf5.H5Eset_auto2(0, null, null);
    }
    try (Hdf5Archive archive = new Hdf5Archive(file.toString())) {
      if (!archive.hasAttribute("model_config")) {
        throw new UserException(
            "Model file %s holds no Keras model, or only weights: save it whole, with model.save(\"model.h5\")"
                .formatted(name));
      }
      requireVersion(archive, name);
      return channelsLast(MAPPER.readTree(archive.readAttributeAsJson("model_config")), name);
    } catch (JsonProcessingException | UnsupportedKerasConfigurationException e) {
      throw failed(name, e);
    }
  }

  /** DL4J takes such kernels for Theano's, which lie otherwise. */
  private static JsonNode channelsLast(JsonNode model, String name) {
    if (model.findValuesAsText("data_format").contains("channels_first")) {
      throw new UserException(
          "Model file %s was trained with data_format channels_first, of which kernels cannot be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)"
              .formatted(name));
    }
    return model;
  }

  private static void requireVersion(Hdf5Archive archive, String name)
      throws UnsupportedKerasConfigurationException {
    String version =
        archive.hasAttribute("keras_version")
            ? archive.readAttributeAsString("keras_version").strip()
            : "2";
    if (version.startsWith("3")) {
      throw new UserException(
          "Model file %s was written by Keras %s, but only files of Keras 2 can be imported: a frozen teacher may be exported to ONNX instead (OnnxFile)"
              .formatted(name, version));
    }
  }

  private static UserException failed(String name, Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new UserException(
        "Model file %s cannot be imported from Keras: %s"
            .formatted(name, message.lines().findFirst().orElse("")),
        e);
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
