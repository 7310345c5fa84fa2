package io.limbeck.spark.visual;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Draws the feature maps of student and teacher side by side and their difference, a row for each
 * example.
 *
 * <p>Every map is reduced to one plane and stretched to 0 .. 1, since the scales of two networks
 * say nothing; the smaller plane is interpolated to the size of the larger for the difference.
 */
public final class FeatureFigure {
  private static final int MAP_RANK = 4;

  private FeatureFigure() {}

  /**
   * Whether a recorded value can be drawn.
   *
   * @param value what a recorder captured
   * @return whether it is an array {@code [batch, channels, height, width]}
   */
  public static boolean isMap(Object value) {
    return value instanceof INDArray array && array.rank() == MAP_RANK;
  }

  /**
   * Draws one figure.
   *
   * @param images what the networks saw, {@code [batch, channels, height, width]}; other shapes are
   *     not drawn
   * @param captions lines beside each example
   * @param student its maps, {@code [batch, channels, height, width]}
   * @param teacher its maps; channels and size may be others
   * @param reduction of the channels
   * @return a PNG
   */
  public static byte[] png(
      INDArray images,
      List<List<String>> captions,
      INDArray student,
      INDArray teacher,
      ChannelReduction reduction) {
    boolean withInput = isMap(images) && (images.size(1) == 1 || images.size(1) == 3);
    List<String> headings = new ArrayList<>();
    if (withInput) {
      headings.add("input");
    }
    headings.add("student " + size(student));
    headings.add("teacher " + size(teacher));
    headings.add("teacher - student");
    List<Figure.Row> rows = new ArrayList<>();
    for (int i = 0; i < captions.size(); i++) {
      List<BufferedImage> pictures = new ArrayList<>();
      if (withInput) {
        pictures.add(Photograph.of(example(images, i)));
      }
      pictures.addAll(
          maps(reduction.reduce(example(student, i)), reduction.reduce(example(teacher, i))));
      rows.add(new Figure.Row(captions.get(i), pictures));
    }
    return new Figure(headings, rows).png();
  }

  private static List<BufferedImage> maps(INDArray student, INDArray teacher) {
    int height = (int) Math.max(student.size(0), teacher.size(0));
    int width = (int) Math.max(student.size(1), teacher.size(1));
    Heatmap difference =
        Heatmap.of(Heatmap.resized(teacher, height, width))
            .minus(Heatmap.of(Heatmap.resized(student, height, width)));
    return List.of(
        picture(Heatmap.of(student), ColorMap.SEQUENTIAL),
        picture(Heatmap.of(teacher), ColorMap.SEQUENTIAL),
        picture(difference, ColorMap.DIVERGING));
  }

  private static BufferedImage picture(Heatmap map, ColorMap colors) {
    BufferedImage picture =
        new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < map.height(); row++) {
      for (int column = 0; column < map.width(); column++) {
        picture.setRGB(column, row, colors.rgb(map.at(row, column)));
      }
    }
    return picture;
  }

  static INDArray example(INDArray batch, int index) {
    return batch
        .get(NDArrayIndex.point(index), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all())
        .dup('c');
  }

  private static String size(INDArray maps) {
    return maps.size(1) + "x" + maps.size(2) + "x" + maps.size(3);
  }
}
