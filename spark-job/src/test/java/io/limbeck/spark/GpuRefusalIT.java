package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.limbeck.spark.job.TinyExperiment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job that takes itself for one built for GPUs, on machines whose {@code nvidia-smi} tells of
 * some: whether they will do is known before anything is computed.
 */
class GpuRefusalIT {
  private static final String A100 = "NVIDIA A100-SXM4-80GB, 8.0, 535.104.05";
  private static final String H200 = "NVIDIA H200, 9.0, 580.159.04";
  private static final String TOO_NEW =
      "cannot be used: it is too new: ND4J's CUDA 11.6 backend has machine code for 3.7 to 8.6 alone";

  @TempDir private Path dir;
  private Path classes;

  /** By this class jobs know how they were built; nothing of it is ever called here. */
  @BeforeEach
  void backend() throws IOException {
    classes = Files.createDirectories(dir.resolve("classes"));
    new ByteBuddy()
        .subclass(Object.class)
        .name("org.nd4j.linalg.jcublas.JCublasBackend")
        .make()
        .saveIn(classes.toFile());
  }

  /** A search path with a tool that tells of a GPU. */
  private String machineWith(String gpu) throws IOException {
    Path folder = Files.createTempDirectory(dir, "bin");
    Path tool =
        Files.writeString(
            folder.resolve("nvidia-smi"), "#!/bin/sh\necho '0, GPU-9e71, %s'\n".formatted(gpu));
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    return folder + ":" + System.getenv("PATH");
  }

  private String refused(String driversGpu, List<String> options) throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add("-Dspark.ui.enabled=false");
    ProcessBuilder builder =
        JobProcess.with(
            dir,
            classes,
            all,
            "run",
            new TinyExperiment(dir).file().toString(),
            "--set=output.dir=" + dir.resolve("out"));
    builder.environment().put("PATH", machineWith(driversGpu));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(2);
    assertThat(said).doesNotContain("\tat ");
    assertThat(dir.resolve("out")).doesNotExist();
    return said;
  }

  @Test
  void driversGpu_thatIsTooNew() throws Exception {
    assertThat(refused(H200, JobProcess.LOCAL))
        .contains(
            "error: GPU 0, NVIDIA H200, compute capability 9.0, driver 580.159.04, on the driver "
                + TOO_NEW);
  }

  @Test
  void executorsGpu_thatIsTooNew() throws Exception {
    List<String> options =
        JobProcess.localCluster(1, "-Dspark.executorEnv.PATH=" + machineWith(H200));
    options.replaceAll(
        option ->
            option.startsWith("-Dspark.executor.extraClassPath=")
                ? option + ":" + classes
                : option);
    assertThat(refused(A100, options))
        .containsPattern(
            "error: GPU 0, NVIDIA H200, compute capability 9\\.0, driver 580\\.159\\.04, on executor 0 \\([^)]+\\) "
                + TOO_NEW);
  }
}
