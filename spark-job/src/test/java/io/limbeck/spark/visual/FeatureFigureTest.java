package io.limbeck.spark.visual;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FeatureFigureTest {
  private static final int DARK = 0xff440154;
  private static final int BRIGHT = 0xfffde725;
  private static final int WHITE = 0xfff7f7f7;
  private static final int RED = 0xff67001f;
  private static final int BLUE = 0xff053061;

  /** Left, top and distance of the columns' pictures. */
  private static final int LEFT = 88;

  private static final int TOP = 24;
  private static final int STEP = 168;
  private static final int SIDE = 160;

  private static INDArray map(float... values) {
    return Nd4j.createFromArray(values).reshape(1, 1, 2, 2);
  }

  private static BufferedImage figure(INDArray images, INDArray student, INDArray teacher)
      throws IOException {
    return ImageIO.read(
        new ByteArrayInputStream(
            FeatureFigure.png(
                images,
                List.of(List.of("example 0")),
                student,
                teacher,
                ChannelReduction.SQUEEZE_MEAN)));
  }

  /** The middle of one quarter of a column's picture. */
  private static int pixel(BufferedImage figure, int column, int row, int quarter) {
    return figure.getRGB(
        LEFT + column * STEP + SIDE / 4 + quarter * SIDE / 2, TOP + SIDE / 4 + row * SIDE / 2);
  }

  @Test
  void maps_stretchedToTheWholeScale_andTheirDifference() throws IOException {
    BufferedImage figure = figure(Nd4j.rand(1, 7), map(0, 1, 0, 1), map(-5, 5, 5, -5));
    assertThat(figure.getWidth()).isEqualTo(LEFT + 3 * STEP);
    assertThat(pixel(figure, 0, 0, 0)).isEqualTo(DARK);
    assertThat(pixel(figure, 0, 0, 1)).isEqualTo(BRIGHT);
    assertThat(pixel(figure, 1, 1, 0)).isEqualTo(BRIGHT);
    assertThat(pixel(figure, 1, 1, 1)).isEqualTo(DARK);
    assertThat(pixel(figure, 2, 0, 0)).isEqualTo(WHITE);
    assertThat(pixel(figure, 2, 0, 1)).isEqualTo(WHITE);
    assertThat(pixel(figure, 2, 1, 0)).as("only the teacher").isEqualTo(RED);
    assertThat(pixel(figure, 2, 1, 1)).as("only the student").isEqualTo(BLUE);
  }

  @Test
  void otherSizes_areBroughtTogether() throws IOException {
    INDArray small = Nd4j.createFromArray(3f).reshape(1, 1, 1, 1);
    BufferedImage figure = figure(map(0, 1, 0, 1), small, Nd4j.rand(1, 5, 8, 4));
    assertThat(figure.getWidth()).as("with the input").isEqualTo(LEFT + 4 * STEP);
    assertThat(pixel(figure, 0, 0, 1)).isEqualTo(0xffffffff);
    assertThat(pixel(figure, 1, 0, 0)).as("a plane of one value").isEqualTo(DARK);
  }

  @Test
  void reductions() {
    INDArray maps = Nd4j.createFromArray(new float[] {1, 2, 3, 4, -3, 0, 0, 0}).reshape(2, 1, 4);
    assertThat(ChannelReduction.SQUEEZE_MEAN.reduce(maps).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{-1, 1, 1.5f, 2}});
    assertThat(ChannelReduction.SELECT_MAX.reduce(maps).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1, 2, 3, 4}});
    assertThat(ChannelReduction.ATTENTION.reduce(maps).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{5, 2, 4.5f, 8}});
  }

  @Test
  void onlyMapsAreMaps() {
    assertThat(FeatureFigure.isMap(Nd4j.zeros(1, 2, 3, 4))).isTrue();
    assertThat(FeatureFigure.isMap(Nd4j.zeros(1, 2))).isFalse();
    assertThat(FeatureFigure.isMap(List.of())).isFalse();
    assertThat(FeatureFigure.isMap(null)).isFalse();
  }
}
