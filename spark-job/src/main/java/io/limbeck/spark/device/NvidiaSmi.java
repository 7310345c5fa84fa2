package io.limbeck.spark.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks NVIDIA's tool, which comes with the driver, what GPUs a machine has. */
final class NvidiaSmi {
  private static final int PATIENCE_SECONDS = 30;
  private static final String FIELDS = "index,uuid,name,compute_cap,driver_version";

  private NvidiaSmi() {}

  /** Where a machine's GPUs cannot be known; the message says why. */
  static final class UnknownException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownException(String why) {
      super(why);
    }
  }

  /**
   * The GPUs of this machine.
   *
   * @throws UnknownException when there is no such tool here, or it fails
   */
  static List<Gpu> gpus() throws UnknownException {
    return gpus("nvidia-smi");
  }

  /**
   * The same from another file.
   *
   * @param tool to run
   */
  static List<Gpu> gpus(String tool) throws UnknownException {
    try {
      Process process =
          new ProcessBuilder(tool, "--query-gpu=" + FIELDS, "--format=csv,noheader")
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new UnknownException("nvidia-smi does not answer");
      }
      if (process.exitValue() != 0) {
        throw new UnknownException("nvidia-smi says: " + said.strip());
      }
      return parsed(said);
    } catch (IOException e) {
      throw new UnknownException("there is no nvidia-smi, so there is no NVIDIA driver");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownException("interrupted");
    }
  }

  private static List<Gpu> parsed(String said) throws UnknownException {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : said.strip().lines().toList()) {
      String[] fields = line.split(",", -1);
      if (fields.length != FIELDS.split(",", -1).length) {
        throw new UnknownException("nvidia-smi says: " + line);
      }
      gpus.add(
          new Gpu(
              fields[0].strip(),
              fields[1].strip(),
              fields[2].strip(),
              fields[3].strip(),
              fields[4].strip()));
    }
    return gpus;
  }
}
