package io.limbeck.spark.device;

import java.util.function.Supplier;

/** Devices that this machine has not. */
public final class TestDevice {
  private TestDevice() {}

  /**
   * Does something as a task on a device does it.
   *
   * @param number of the device
   * @param task to do
   */
  public static <T> T on(int number, Supplier<T> task) {
    TaskDevice before = TaskDevice.current();
    TaskDevice.remember(new TaskDevice(number, String.valueOf(number)));
    try {
      return task.get();
    } finally {
      TaskDevice.remember(before);
    }
  }
}
