package io.limbeck.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The script by which Spark finds GPUs, where {@code nvidia-smi} shows some and where not. */
class DiscoverGpusIT {
  private static String said(Map<String, String> environment, String command) throws Exception {
    return new Shell(Map.of("JAVA_TOOL_OPTIONS", ""))
        .with(environment)
        .run(new Readme.Command(command));
  }

  private static List<?> addresses(Map<String, String> environment) throws Exception {
    Map<?, ?> found =
        new ObjectMapper().readValue(said(environment, "deploy/gpu/discover-gpus"), Map.class);
    assertThat(found.get("name")).isEqualTo("gpu");
    return (List<?>) found.get("addresses");
  }

  @Test
  void all_orThoseThatCudaShows() throws Exception {
    Map<String, String> four = Map.of("NVIDIA_VISIBLE_DEVICES", "0,1,2,3");
    assertThat(addresses(four)).isEqualTo(List.of("0", "1", "2", "3"));
    assertThat(addresses(Map.of("CUDA_VISIBLE_DEVICES", "GPU-a, MIG-b")))
        .isEqualTo(List.of("GPU-a", "MIG-b"));
  }

  @Test
  void none_isToldWithTheMachine() throws Exception {
    assertThat(said(Map.of("NVIDIA_VISIBLE_DEVICES", ""), "! deploy/gpu/discover-gpus"))
        .contains("discover-gpus: there is no GPU on ");
    assumeFalse(Files.exists(Path.of("/usr/bin/nvidia-smi")), "this machine has a driver");
    assertThat(said(Map.of("PATH", "/usr/bin:/bin"), "! deploy/gpu/discover-gpus"))
        .contains("there is no nvidia-smi on ", ", so there is no NVIDIA driver");
  }
}
