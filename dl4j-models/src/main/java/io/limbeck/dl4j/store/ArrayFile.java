package io.limbeck.dl4j.store;

import io.limbeck.core.error.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays by name as NumPy's {@code npz}, a zip: what connectors and losses have learnt, each under
 * its parameter's full name, {@code connectors.NAME.LAYER/W}; a training's state.
 */
public final class ArrayFile {
  private static final String SUFFIX = ".npy";

  private ArrayFile() {}

  /**
   * Writes arrays.
   *
   * @param arrays by full name
   * @return the file
   */
  public static byte[] write(Map<String, INDArray> arrays) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream();
        ZipOutputStream zip = new ZipOutputStream(out)) {
      // Weights hardly compress.
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Map.Entry<String, INDArray> array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey() + SUFFIX);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(Nd4j.toNpyByteArray(array.getValue().dup('c')));
        zip.closeEntry();
      }
      zip.finish();
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
  }

  /**
   * Reads arrays.
   *
   * @param bytes the file
   * @param name its name, for messages
   * @return by full name, in the file's order
   * @throws UserException when it is not such a file
   */
  public static Map<String, INDArray> read(byte[] bytes, String name) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String key = entry.getName().replaceFirst("\\.npy$", "");
        arrays.put(key, Nd4j.createNpyFromByteArray(zip.readAllBytes()));
      }
    } catch (IOException | RuntimeException e) {
      throw new UserException("File " + name + " is not an npz of arrays: " + e.getMessage(), e);
    }
    if (arrays.isEmpty()) {
      throw new UserException("File " + name + " is not an npz of arrays: it holds none");
    }
    return arrays;
  }

  /**
   * The arrays of one connector.
   *
   * @param arrays of a file
   * @param connector its name
   * @return by full name; none when the file has no such connector
   */
  public static Map<String, INDArray> connector(Map<String, INDArray> arrays, String connector) {
    Map<String, INDArray> own = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith("connectors." + connector + ".")) {
            own.put(name, array);
          }
        });
    return own;
  }
}
