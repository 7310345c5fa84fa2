package io.limbeck.spark.device;

import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The device that a task computes on.
 *
 * @param number ND4J's; networks of one device are of no use on another
 * @param address of the GPU that Spark gave to the task, which a machine without one can have, too,
 *     in tests of scheduling; empty without
 */
public record TaskDevice(int number, String address) {
  /** What Spark calls GPUs. */
  public static final String RESOURCE = "gpu";

  private static final TaskDevice ONLY = new TaskDevice(0, "");
  private static final ThreadLocal<TaskDevice> BOUND = ThreadLocal.withInitial(() -> ONLY);

  /**
   * Makes ND4J compute on the task's GPU, in the thread that calls. Without it, ND4J would deal its
   * devices out to threads as they come, whatever Spark gave to which task.
   *
   * @return the device
   * @throws io.limbeck.core.error.UserException when the process has no such GPU
   */
  public static TaskDevice bind() {
    Optional<String> address = given();
    TaskDevice device =
        address.isEmpty()
            ? ONLY
            : bind(
                address.get(),
                CudaBackend.isPresent(),
                Nd4j.getAffinityManager(),
                System.getenv(VisibleDevices.VARIABLE));
    remember(device);
    return device;
  }

  /** Has this thread's networks be those of a device. */
  static void remember(TaskDevice device) {
    BOUND.set(device);
  }

  /** The device that this thread was bound to last; the first one where it never was. */
  public static TaskDevice current() {
    return BOUND.get();
  }

  static TaskDevice bind(String address, boolean cuda, AffinityManager devices, String variable) {
    if (!cuda) {
      return new TaskDevice(0, address);
    }
    int number = new VisibleDevices(variable, devices.getNumberOfDevices()).number(address);
    devices.unsafeSetDevice(number);
    return new TaskDevice(number, address);
  }

  /** A task that was given several computes on the first. */
  static Optional<String> given() {
    TaskContext context = TaskContext.get();
    if (context == null) {
      return Optional.empty();
    }
    ResourceInformation gpus = context.resourcesJMap().get(RESOURCE);
    return gpus == null || gpus.addresses().length == 0
        ? Optional.empty()
        : Optional.of(gpus.addresses()[0]);
  }
}
