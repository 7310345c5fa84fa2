package io.limbeck.spark.device;

import io.limbeck.core.error.UserException;
import java.util.Arrays;
import java.util.List;

/**
 * The GPUs that CUDA shows to this process, and their numbers in it: where {@code
 * CUDA_VISIBLE_DEVICES} lists some, they are counted in that order; otherwise as the driver counts.
 */
final class VisibleDevices {
  static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

  private final List<String> listed;
  private final int count;

  /**
   * Devices.
   *
   * @param variable the environment's, null without one
   * @param count of devices that there are
   */
  VisibleDevices(String variable, int count) {
    this.listed =
        variable == null || variable.isBlank()
            ? List.of()
            : Arrays.stream(variable.split(",", -1)).map(String::strip).toList();
    this.count = count;
  }

  /**
   * CUDA's number of a GPU in this process.
   *
   * @param address as Spark gave it to a task
   * @throws UserException when it is not among them
   */
  int number(String address) {
    int number = listed.indexOf(address);
    if (number < 0 && address.chars().allMatch(Character::isDigit) && !address.isEmpty()) {
      // A script for discovery that runs where the variable is set counts what it shows.
      number = Integer.parseInt(address);
    }
    if (number < 0 || number >= count) {
      throw new UserException(
          ("Spark gave a task the GPU '%s', but this process has %d%s. 'spark.executor.resource.gpu.discoveryScript' must"
                  + " print the numbers or UUIDs of GPUs that executors can use")
              .formatted(
                  address, count, listed.isEmpty() ? "" : ", " + VARIABLE + "=" + listed(listed)));
    }
    return number;
  }

  private static String listed(List<String> addresses) {
    return String.join(",", addresses);
  }
}
