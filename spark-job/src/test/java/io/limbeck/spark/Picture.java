package io.limbeck.spark;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * What can be told of a picture of a page without looking at it.
 *
 * @param image its pixels
 */
record Picture(BufferedImage image) {
  private static final int CLOSE = 24;

  static Picture of(Path png) throws IOException {
    return new Picture(ImageIO.read(png.toFile()));
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /** Whether columns of pixels are of one colour, from top to bottom. */
  boolean isBlank(int first, int last) {
    int paper = image.getRGB(first, 0);
    return IntStream.rangeClosed(first, last)
        .allMatch(x -> IntStream.range(0, height()).allMatch(y -> image.getRGB(x, y) == paper));
  }

  /** Pixels of a colour, or close to it. */
  long count(Color color) {
    return IntStream.range(0, height())
        .mapToLong(
            y ->
                IntStream.range(0, width())
                    .filter(x -> isClose(new Color(image.getRGB(x, y)), color))
                    .count())
        .sum();
  }

  private static boolean isClose(Color one, Color other) {
    return Math.abs(one.getRed() - other.getRed()) < CLOSE
        && Math.abs(one.getGreen() - other.getGreen()) < CLOSE
        && Math.abs(one.getBlue() - other.getBlue()) < CLOSE;
  }
}
