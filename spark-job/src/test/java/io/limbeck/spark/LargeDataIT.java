package io.limbeck.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training examples of twice the heap. Where they do not fit they spill, and nothing else changes.
 */
class LargeDataIT {
  private static final int EXAMPLES = 66_000;
  private static final int EDGE = 128;

  @TempDir private Path dir;

  private Path write(int count) throws IOException {
    Random random = new Random(1);
    byte[] noise = new byte[EDGE * EDGE + 4096];
    random.nextBytes(noise);
    try (DataOutputStream images = stream("images");
        DataOutputStream labels = stream("labels")) {
      images.writeInt(0x803);
      images.writeInt(count);
      images.writeInt(EDGE);
      images.writeInt(EDGE);
      labels.writeInt(0x801);
      labels.writeInt(count);
      for (int i = 0; i < count; i++) {
        int label = random.nextInt(3);
        byte[] image = Arrays.copyOfRange(noise, 1000 * label, 1000 * label + EDGE * EDGE);
        image[random.nextInt(image.length)] = (byte) i;
        images.write(image);
        labels.writeByte(label);
      }
    }
    return Files.writeString(
        dir.resolve("large.json"),
        """
        { "name": "large",
          "algorithm": { "type": "Supervised", "architecture": { "type": "Mlp", "hidden": [2] } },
          "data": { "num_classes": 3, "block_mib": 32,
            "train": { "format": "idx", "images": "images", "labels": "labels" } },
          "schedule": { "epochs": 1, "batch_size": 256 },
          "averaging": { "workers": 2, "frequency": 20 },
          "output": { "dir": "out" } }
        """);
  }

  private DataOutputStream stream(String name) throws IOException {
    return new DataOutputStream(
        new java.io.BufferedOutputStream(Files.newOutputStream(dir.resolve(name)), 1 << 20));
  }

  private byte[] model(String heap) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(JobProcess.LOCAL);
    options.set(0, "-Xmx" + heap);
    String output =
        JobProcess.run(
            dir, options, "run", "large.json", "--set=output.dir=" + dir.resolve("out" + heap));
    assertThat(output).contains("examples {train=66000}");
    return Files.readAllBytes(dir.resolve("out" + heap).resolve("model.zip"));
  }

  @Test
  void twiceTheHeap_trainsAsIfThereWereRoom() throws Exception {
    write(EXAMPLES);
    assertThat(Files.size(dir.resolve("images"))).isGreaterThan(2L * 512 << 20);
    assertThat(model("512m")).isEqualTo(model("4g"));
  }
}
