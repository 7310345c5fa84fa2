package io.limbeck.spark.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.cpu.nativecpu.CpuAffinityManager;

class TaskDeviceTest {
  private final List<Integer> chosen = new ArrayList<>();

  /** ND4J's, of a machine with some GPUs. */
  private AffinityManager devices(int count) {
    return new CpuAffinityManager() {
      @Override
      public int getNumberOfDevices() {
        return count;
      }

      @Override
      public void unsafeSetDevice(Integer device) {
        chosen.add(device);
      }
    };
  }

  @Test
  void numbers_areTheDriversOwn() {
    assertThat(TaskDevice.bind("2", true, devices(4), null)).isEqualTo(new TaskDevice(2, "2"));
    assertThat(chosen).containsExactly(2);
  }

  @Test
  void whereCudaShowsSome_theyAreCountedInThatOrder() {
    assertThat(TaskDevice.bind("6", true, devices(2), "4,6").number()).isEqualTo(1);
    assertThat(TaskDevice.bind("GPU-b", true, devices(2), "GPU-b, GPU-a").number()).isZero();
    // Found by a script that itself saw only these.
    assertThat(TaskDevice.bind("0", true, devices(2), "4,6").number()).isZero();
    assertThat(TaskDevice.bind("1", true, devices(1), "1").number()).isZero();
    assertThat(chosen).containsExactly(1, 0, 0, 0);
  }

  @Test
  void noSuchDevice_isRefused_andNoneIsChosen() {
    assertThatThrownBy(() -> TaskDevice.bind("4", true, devices(2), null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Spark gave a task the GPU '4', but this process has 2. 'spark.executor.resource.gpu.discoveryScript' must print the numbers or UUIDs of GPUs that executors can use");
    assertThatThrownBy(() -> TaskDevice.bind("GPU-c", true, devices(2), "GPU-b,GPU-a"))
        .hasMessageContaining(
            "the GPU 'GPU-c', but this process has 2, CUDA_VISIBLE_DEVICES=GPU-b,GPU-a. ");
    assertThat(chosen).isEmpty();
  }

  @Test
  void withoutCuda_theAddressIsKeptForThoseWhoLookAtTheScheduling() {
    assertThat(TaskDevice.bind("w1-0", false, devices(1), null))
        .isEqualTo(new TaskDevice(0, "w1-0"));
    assertThat(chosen).isEmpty();
  }

  @Test
  void outsideOfTasks_thereIsOneDevice() {
    assertThat(TaskDevice.bind()).isEqualTo(new TaskDevice(0, ""));
    assertThat(TaskDevice.current()).isEqualTo(new TaskDevice(0, ""));
  }
}
