package io.limbeck.spark.visual;

import java.awt.Color;
import java.awt.image.BufferedImage;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An input of a network as a picture. */
final class Photograph {
  private Photograph() {}

  /**
   * In grey or colour, stretched to what can be seen, whatever it was normalised to.
   *
   * @param image {@code [channels, height, width]} with one or three channels
   */
  static BufferedImage of(INDArray image) {
    int channels = (int) image.size(0);
    int height = (int) image.size(1);
    int width = (int) image.size(2);
    Heatmap values = Heatmap.of(image.reshape('c', (long) channels * height, width));
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        float red = values.at(row, column);
        float green = channels == 1 ? red : values.at(height + row, column);
        float blue = channels == 1 ? red : values.at(2 * height + row, column);
        picture.setRGB(column, row, new Color(red, green, blue).getRGB());
      }
    }
    return picture;
  }
}
