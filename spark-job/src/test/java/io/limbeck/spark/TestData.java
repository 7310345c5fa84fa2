package io.limbeck.spark;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Small images that can be learnt: class c has a bright band at height c. */
public final class TestData {
  public static final int CLASSES = 3;
  public static final int SIZE = 8;

  private TestData() {}

  public static byte[] image(int label, Random random) {
    byte[] pixels = new byte[SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        boolean band = y / 3 == label;
        pixels[y * SIZE + x] = (byte) ((band ? 120 : 20) + random.nextInt(100));
      }
    }
    return pixels;
  }

  /** Writes {@code NAME-images} and {@code NAME-labels}; label i is i modulo the classes. */
  public static void idx(Path dir, String name, int examples, int seed) {
    Random random = new Random(seed);
    try (DataOutputStream images = open(dir.resolve(name + "-images"));
        DataOutputStream labels = open(dir.resolve(name + "-labels"))) {
      images.writeInt(0x0803);
      images.writeInt(examples);
      images.writeInt(SIZE);
      images.writeInt(SIZE);
      labels.writeInt(0x0801);
      labels.writeInt(examples);
      for (int i = 0; i < examples; i++) {
        images.write(image(i % CLASSES, random));
        labels.writeByte(i % CLASSES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new java.io.BufferedOutputStream(Files.newOutputStream(file)));
  }

  public static void gzip(Path file) {
    try {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        out.write(Files.readAllBytes(file));
      }
      Files.write(file, zipped.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
