package io.limbeck.spark.visual;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Draws images by class, a row for each. */
public final class ImageFigure {
  private static final int COLUMNS = 8;

  private ImageFigure() {}

  /**
   * Draws the first images of every class.
   *
   * @param images {@code [batch, channels, height, width]} with one or three channels
   * @param labels the class of each
   * @param classes that there are
   * @return a PNG
   */
  public static byte[] png(INDArray images, int[] labels, int classes) {
    List<Figure.Row> rows = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      int wanted = label;
      int[] found = IntStream.range(0, labels.length).filter(i -> labels[i] == wanted).toArray();
      rows.add(
          new Figure.Row(
              List.of("class " + label, found.length + " of " + labels.length),
              IntStream.of(found)
                  .limit(COLUMNS)
                  .mapToObj(i -> Photograph.of(FeatureFigure.example(images, i)))
                  .toList()));
    }
    List<String> headings = new ArrayList<>();
    for (int column = 0; column < COLUMNS; column++) {
      headings.add("");
    }
    return new Figure(headings, rows).png();
  }
}
