package io.limbeck.spark;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Grey images of 8 x 8 with one bright or dark square each, and the classes of their pixels. */
public final class TestMasks {
  public static final int SIZE = 8;
  private static final int SQUARE = 4;
  private static final int BACKGROUND = 128;

  private TestMasks() {}

  /** Folders {@code images} and {@code masks}: 1 is bright, 2 is dark, 0 all else. */
  public static void write(Path folder, int count, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      BufferedImage image = grey();
      BufferedImage mask = grey();
      int of = 1 + random.nextInt(2);
      int left = random.nextInt(SIZE - SQUARE);
      int top = random.nextInt(SIZE - SQUARE);
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          boolean inside = x >= left && x < left + SQUARE && y >= top && y < top + SQUARE;
          int value = BACKGROUND + (inside ? of == 1 ? 90 : -90 : 0) + random.nextInt(30);
          image.getRaster().setSample(x, y, 0, value);
          mask.getRaster().setSample(x, y, 0, inside ? of : 0);
        }
      }
      png(image, folder.resolve("images/%03d.png".formatted(i)));
      png(mask, folder.resolve("masks/%03d.png".formatted(i)));
    }
  }

  /** An image without anything in it. */
  public static BufferedImage grey() {
    return new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
  }

  /** Writes an image. */
  public static void png(BufferedImage image, Path file) {
    try {
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
