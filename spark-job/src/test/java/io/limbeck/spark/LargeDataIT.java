package io.limbeck.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training examples of four times the heap. Where they do not fit they spill, and nothing else
 * changes.
 */
class LargeDataIT {
  private static final int HEAP_MIB = 512;
  private static final int CLASSES = 3;
  private static final int EDGE = 256;
  private static final int EXAMPLES = 11_000;

  @TempDir private static Path dir;

  @BeforeAll
  static void writeImages() throws IOException {
    assertThat(3L * EDGE * EDGE * EXAMPLES).isGreaterThan(4L * HEAP_MIB << 20);
    writeConfig("folder.json", "{ \"format\": \"image_folder\", \"path\": \"images\" }");
    writeConfig("parquet.json", "{ \"format\": \"parquet\", \"path\": \"images.parquet\" }");
    ImageIO.setUseCache(false);
    for (int label = 0; label < CLASSES; label++) {
      Files.createDirectories(dir.resolve("images/class" + label));
    }
    IntStream.range(0, EXAMPLES).parallel().forEach(LargeDataIT::writeImage);
  }

  private static void writeImage(int number) {
    int label = number % CLASSES;
    int tint = new Random(number).nextInt(1 << 24);
    int[] pixels = new int[EDGE * EDGE];
    for (int i = 0; i < pixels.length; i++) {
      int gray = (i % EDGE * label + i / EDGE) & 255;
      pixels[i] = (gray * 0x010101) ^ tint;
    }
    BufferedImage image = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, EDGE, EDGE, pixels, 0, EDGE);
    File file = dir.resolve("images/class%d/%05d.png".formatted(label, number)).toFile();
    try {
      ImageIO.write(image, "png", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeConfig(String name, String source) throws IOException {
    Files.writeString(
        dir.resolve(name),
        """
        { "name": "large",
          "algorithm": { "type": "Supervised", "architecture": { "type": "Mlp", "hidden": [2] } },
          "data": { "num_classes": %d, "shape": [3, %d, %d], "block_mib": 8, "train": %s },
          "schedule": { "epochs": 1, "batch_size": 64 },
          "averaging": { "workers": 2, "frequency": 20 },
          "output": { "dir": "out" } }
        """
            .formatted(CLASSES, EDGE, EDGE, source));
  }

  private static List<String> heap(int mib) {
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    // It runs long enough for Java's better compiler to pay.
    options.add("-XX:TieredStopAtLevel=4");
    options.set(0, "-Xmx" + mib + "m");
    return options;
  }

  private byte[] model(int mib, String config) throws IOException, InterruptedException {
    Path out = dir.resolve("out-" + mib + config);
    String output = JobProcess.run(dir, heap(mib), "run", config, "--set=output.dir=" + out);
    assertThat(output).contains("examples {train=" + EXAMPLES + "}");
    return Files.readAllBytes(out.resolve("model.zip"));
  }

  @Test
  void fourTimesTheHeap_trainsAsIfThereWereRoom() throws Exception {
    byte[] roomy = model(8 * HEAP_MIB, "folder.json");
    assertThat(model(HEAP_MIB, "folder.json")).isEqualTo(roomy);

    JobProcess.run(dir, heap(HEAP_MIB), "pack", "folder.json", "images.parquet");
    assertThat(model(HEAP_MIB, "parquet.json")).isEqualTo(roomy);
  }

  private static void assertTellsThatTheHeapIsFull(List<String> options) throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add("-Xmx" + HEAP_MIB + "m");
    all.add("-Dspark.executor.memory=" + HEAP_MIB + "m");
    Process process =
        JobProcess.start(
            dir,
            all,
            "run",
            "folder.json",
            "--set=data.block_mib=1024",
            "--set=data.train.take=4000",
            "--set=output.dir=none");
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(2);
    assertThat(output)
        .contains(
            "error: out of memory, the heap is full: lower 'data.block_mib', or raise"
                + " spark.executor.memory (--driver-memory with a local master); 'limbeck validate"
                + " CONFIG' says how much is needed")
        .doesNotContain("\tat ");
  }

  @Test
  void aSegmentLargerThanTheHeap_isASentence() throws Exception {
    assertTellsThatTheHeapIsFull(JobProcess.LOCAL);
  }

  @Test
  void aSegmentLargerThanAnExecutorsHeap_isASentence() throws Exception {
    assertTellsThatTheHeapIsFull(
        JobProcess.localCluster(1, "-Dspark.stage.maxConsecutiveAttempts=1"));
  }
}
