package io.limbeck.spark.device;

import io.limbeck.core.error.UserException;
import io.limbeck.spark.storage.Causes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Finds out before anything is computed whether this process can compute on its GPUs: a backend
 * that meets one it has no code for fails late, in its own words, and can take its JVM along.
 */
public final class GpuCheck {
  private GpuCheck() {}

  /** Where the GPUs of a machine are asked for. */
  interface Source {
    List<Gpu> gpus() throws NvidiaSmi.UnknownException;
  }

  /**
   * Checks the driver's GPUs, where this job was built for GPUs: it tries models before executors
   * train.
   *
   * @throws UserException when the backend cannot run on one of them
   */
  public static void requireOnDriver() {
    if (CudaBackend.isPresent()) {
      require("the driver", null, System.getenv(VisibleDevices.VARIABLE), NvidiaSmi::gpus);
      requireStarts();
    }
  }

  /** The same in a task, of the GPU that it was given, or of all without one. */
  static void requireInTask(String place) {
    if (CudaBackend.isPresent()) {
      require(
          place,
          TaskDevice.given().orElse(null),
          System.getenv(VisibleDevices.VARIABLE),
          NvidiaSmi::gpus);
    }
  }

  static void require(String place, String address, String visible, Source source) {
    List<Gpu> gpus;
    try {
      gpus = source.gpus();
    } catch (NvidiaSmi.UnknownException e) {
      throw new UserException(
          "This job was built for GPUs (-Pcuda), but on %s %s. Use the job built without -Pcuda, or a machine with a GPU: driver and executors need one each"
              .formatted(place, e.getMessage()),
          e);
    }
    List<Gpu> usable = gpus.stream().filter(gpu -> concerns(gpu, address, visible)).toList();
    if (usable.isEmpty()) {
      throw new UserException(
          "This job was built for GPUs (-Pcuda), but %s has none%s%s"
              .formatted(
                  place,
                  address == null ? "" : " called '" + address + "', which Spark gave to a task",
                  gpus.isEmpty() ? "" : ", of " + gpus));
    }
    for (Gpu gpu : usable) {
      Optional<String> refusal = CudaBackend.refusal(gpu);
      if (refusal.isPresent()) {
        throw new UserException(
            "%s, on %s cannot be used: %s. Use other GPUs, or the job built without -Pcuda"
                .formatted(gpu, place, refusal.get()));
      }
    }
  }

  private static boolean concerns(Gpu gpu, String address, String visible) {
    if (address != null) {
      return gpu.isAt(address);
    }
    return visible == null
        || visible.isBlank()
        || Arrays.stream(visible.split(",", -1)).map(String::strip).anyMatch(gpu::isAt);
  }

  private static void requireStarts() {
    PrintStream errors = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Nd4j.getBackend();
    } catch (LinkageError | RuntimeException e) {
      throw new UserException(doesNotStart(printed.toString(StandardCharsets.UTF_8), e), e);
    } finally {
      System.setErr(errors);
    }
  }

  /** ND4J prints why its backend cannot start, and throws that there is none. */
  static String doesNotStart(String printed, Throwable thrown) {
    String why =
        printed.isBlank() ? Causes.firstLine(thrown) : printed.lines().findFirst().orElseThrow();
    return "ND4J's CUDA backend does not start on the driver: %s. It needs NVIDIA's driver, CUDA 11.6 and cuDNN 8; the image nvidia/cuda:11.6.2-cudnn8-runtime has the last two"
        .formatted(why);
  }

  /**
   * What people should know about the GPUs that they ask for.
   *
   * @param conf Spark's settings
   */
  public static List<String> warnings(SparkConf conf) {
    List<String> warnings = new ArrayList<>();
    if (GpuDemand.of(conf).any() && !CudaBackend.isPresent()) {
      warnings.add(
          "the GPUs that Spark is asked for will be idle: this job was built for CPUs; 'mvn package -Pcuda' builds it for"
              + " GPUs");
    }
    return warnings;
  }
}
