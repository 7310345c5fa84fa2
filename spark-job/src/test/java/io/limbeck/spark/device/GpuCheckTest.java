package io.limbeck.spark.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.limbeck.core.error.UserException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuCheckTest {
  private static Gpu gpu(int index, String name, String capability) {
    return new Gpu(String.valueOf(index), "GPU-" + name, name, capability, "535.104.05");
  }

  private static void require(String address, String visible, Gpu... gpus) {
    GpuCheck.require("executor 3 (node-7)", address, visible, () -> List.of(gpus));
  }

  @ParameterizedTest
  @CsvSource({"K80,3.7", "P100,6.0", "V100,7.0", "T4,7.5", "A100,8.0", "A10,8.6", "L40S,8.9"})
  void keplerToAda_pass(String name, String capability) {
    assertThatCode(() -> require(null, null, gpu(0, name, capability))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"H200,9.0", "B200,10.0", "RTX 5090,12.0"})
  void hopperAndNewer_areRefusedWithTheReason(String name, String capability) {
    assertThatThrownBy(() -> require(null, null, gpu(0, name, capability)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "GPU 0, %s, compute capability %s, driver 535.104.05, on executor 3 (node-7) cannot be used: it is too new: ND4J's CUDA 11.6 backend has machine code for 3.7 to 8.6 alone, Kepler to Ampere and Ada, and nothing that Hopper or later could translate. Use other GPUs, or the job built without -Pcuda",
            name, capability);
  }

  @Test
  void olderThanTheBackend_isRefused() {
    assertThatThrownBy(() -> require(null, null, gpu(0, "K40", "3.5")))
        .hasMessageContaining("K40, compute capability 3.5")
        .hasMessageContaining("it is too old: ND4J's CUDA 11.6 backend has no code for it");
    assertThatThrownBy(() -> require(null, null, gpu(0, "C2075", "[N/A]")))
        .hasMessageContaining("must be older than 3.7");
  }

  @Test
  void oldDriver_isRefused() {
    Gpu gpu = new Gpu("0", "GPU-1", "V100", "7.0", "418.87");
    assertThatThrownBy(() -> require(null, null, gpu))
        .hasMessageContaining("its driver is too old: CUDA 11 needs 450.80.02 or later");
  }

  @Test
  void ofAMixedMachine_onlyTheTasksGpuCounts() {
    Gpu[] mixed = {gpu(0, "A100", "8.0"), gpu(1, "H100", "9.0")};
    assertThatCode(() -> require("0", null, mixed)).doesNotThrowAnyException();
    assertThatCode(() -> require("GPU-A100", null, mixed)).doesNotThrowAnyException();
    assertThatThrownBy(() -> require("1", null, mixed)).hasMessageStartingWith("GPU 1, H100");
  }

  @Test
  void withoutATask_whatCudaShowsCounts() {
    Gpu[] mixed = {gpu(0, "A100", "8.0"), gpu(1, "H100", "9.0")};
    assertThatCode(() -> require(null, "GPU-A100", mixed)).doesNotThrowAnyException();
    assertThatThrownBy(() -> require(null, "0, 1", mixed)).hasMessageStartingWith("GPU 1, H100");
    assertThatThrownBy(() -> require(null, "", mixed)).hasMessageStartingWith("GPU 1, H100");
  }

  @Test
  void noSuchGpu_isToldWithThoseThatThereAre() {
    assertThatThrownBy(() -> require("5", null, gpu(0, "A100", "8.0")))
        .hasMessage(
            "This job was built for GPUs (-Pcuda), but executor 3 (node-7) has none called '5', which Spark gave to a task, of [GPU 0, A100, compute capability 8.0, driver 535.104.05]");
    assertThatThrownBy(() -> require(null, null))
        .hasMessage("This job was built for GPUs (-Pcuda), but executor 3 (node-7) has none");
  }

  @Test
  void noDriver_isToldWithWhatToDo() {
    assertThatThrownBy(
            () ->
                GpuCheck.require(
                    "the driver", null, null, () -> NvidiaSmi.gpus("/no/such/nvidia-smi")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "This job was built for GPUs (-Pcuda), but on the driver there is no nvidia-smi, so there is no NVIDIA driver. Use the job built without -Pcuda, or a machine with a GPU: driver and executors need one each");
  }

  /** As ND4J really does on a machine without the driver's library. */
  @Test
  void backendThatDoesNotStart_isToldWithWhatIsMissing() {
    String printed =
        "java.lang.UnsatisfiedLinkError: /cache/libjnicudart.so: libcuda.so.1: cannot open shared object file\n\tat java.base/...";
    assertThat(GpuCheck.doesNotStart(printed, new IllegalStateException("no backend")))
        .isEqualTo(
            "ND4J's CUDA backend does not start on the driver: java.lang.UnsatisfiedLinkError: /cache/libjnicudart.so: libcuda.so.1: cannot open shared object file. It needs NVIDIA's driver, CUDA 11.6 and cuDNN 8; the image nvidia/cuda:11.6.2-cudnn8-runtime has the last two");
    assertThat(GpuCheck.doesNotStart("", new IllegalStateException("no backend")))
        .contains("on the driver: no backend. It needs");
  }
}
