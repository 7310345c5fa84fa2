package io.limbeck.spark.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a tool that answers as NVIDIA's does. */
class NvidiaSmiTest {
  @TempDir private Path dir;

  private String tool(String script) throws IOException {
    Path tool = Files.writeString(dir.resolve("nvidia-smi"), "#!/bin/sh\n" + script);
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    return tool.toString();
  }

  @Test
  void gpus_asTheToolListsThem() throws Exception {
    String tool =
        tool(
            """
            [ "$1" = --query-gpu=index,uuid,name,compute_cap,driver_version ] || exit 9
            [ "$2" = --format=csv,noheader ] || exit 9
            echo '0, GPU-9e71eda3-398b-2e60-e909-da3cc9c077bd, NVIDIA H200, 9.0, 580.159.04'
            echo '1, GPU-1b2c, NVIDIA A100-SXM4-80GB, 8.0, 580.159.04'
            """);
    assertThat(NvidiaSmi.gpus(tool))
        .containsExactly(
            new Gpu(
                "0",
                "GPU-9e71eda3-398b-2e60-e909-da3cc9c077bd",
                "NVIDIA H200",
                "9.0",
                "580.159.04"),
            new Gpu("1", "GPU-1b2c", "NVIDIA A100-SXM4-80GB", "8.0", "580.159.04"));
  }

  @Test
  void none_isNoMistake() throws Exception {
    assertThat(NvidiaSmi.gpus(tool("exit 0\n"))).isEmpty();
  }

  @Test
  void whatItComplainsOf_isTold() {
    assertThatThrownBy(
            () -> NvidiaSmi.gpus(tool("echo couldn\\'t communicate with the driver; exit 9\n")))
        .hasMessage("nvidia-smi says: couldn't communicate with the driver");
    assertThatThrownBy(() -> NvidiaSmi.gpus(tool("echo No devices were found\n")))
        .hasMessage("nvidia-smi says: No devices were found");
  }
}
