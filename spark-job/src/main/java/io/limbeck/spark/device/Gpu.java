package io.limbeck.spark.device;

import java.io.Serializable;

/**
 * A GPU of a machine.
 *
 * @param index the driver's number of it
 * @param uuid its name in the world
 * @param name of the model
 * @param capability what {@code nvidia-smi} calls its compute capability
 * @param driver version of NVIDIA's driver
 */
public record Gpu(String index, String uuid, String name, String capability, String driver)
    implements Serializable {
  /** Whether Spark's address of a GPU means this one. */
  boolean isAt(String address) {
    return address.equals(index) || address.equals(uuid);
  }

  @Override
  public String toString() {
    return "GPU %s, %s, compute capability %s, driver %s"
        .formatted(index, name, capability, driver);
  }
}
