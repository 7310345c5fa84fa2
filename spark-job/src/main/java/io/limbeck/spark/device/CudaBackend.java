package io.limbeck.spark.device;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ND4J's CUDA backend, and on which GPUs it runs. {@code nd4j-cuda-11.6} 1.0.0-M2.1 holds machine
 * code for compute capabilities 3.7 to 8.6 and none that a driver could translate for others: it
 * runs on those, and on newer ones of the generations that it knows, such as Ada's 8.9.
 */
final class CudaBackend {
  static final ComputeCapability OLDEST = new ComputeCapability(3, 7);
  static final int NEWEST_GENERATION = 8;

  /**
   * The oldest driver on which programs made with any CUDA 11 run: <a
   * href="https://docs.nvidia.com/deploy/cuda-compatibility/">CUDA Compatibility</a>.
   */
  static final int OLDEST_DRIVER = 450;

  private static final String CLASS = "org.nd4j.linalg.jcublas.JCublasBackend";
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\..*");

  private CudaBackend() {}

  /** Whether this job was built with it; it may not be able to start all the same. */
  static boolean isPresent() {
    try {
      Class.forName(CLASS, false, CudaBackend.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * Why a GPU cannot be used.
   *
   * @param gpu to look at
   * @return empty where it can
   */
  static Optional<String> refusal(Gpu gpu) {
    Optional<ComputeCapability> capability = ComputeCapability.of(gpu.capability());
    if (capability.isEmpty()) {
      return Optional.of("its compute capability is not known, so that it must be older than 3.7");
    }
    if (capability.get().compareTo(OLDEST) < 0) {
      return Optional.of("it is too old: ND4J's CUDA 11.6 backend has no code for it");
    }
    if (capability.get().major() > NEWEST_GENERATION) {
      return Optional.of(
          "it is too new: ND4J's CUDA 11.6 backend has machine code for 3.7 to 8.6 alone, Kepler to Ampere and Ada, and"
              + " nothing that Hopper or later could translate");
    }
    Matcher version = VERSION.matcher(gpu.driver());
    if (version.matches() && Integer.parseInt(version.group(1)) < OLDEST_DRIVER) {
      return Optional.of("its driver is too old: CUDA 11 needs 450.80.02 or later");
    }
    return Optional.empty();
  }
}
