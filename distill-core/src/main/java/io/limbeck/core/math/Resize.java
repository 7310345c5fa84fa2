package io.limbeck.core.math;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A resizing of maps that works on rows and columns apart, {@code Y = R X C'}: bilinear, nearest,
 * adaptive average pooling or padding. Being linear, its way back is its transpose.
 */
public final class Resize {
  private final INDArray rows;
  private final INDArray columns;

  private Resize(INDArray rows, INDArray columns) {
    this.rows = rows;
    this.columns = columns;
  }

  private interface Weights {
    void fill(double[][] weights);
  }

  /**
   * Bilinear interpolation with pixel centres at half coordinates, PyTorch's {@code
   * interpolate(mode='bilinear', align_corners=False)}.
   *
   * @param maps {@code [batch, channels, height, width]}
   * @param height of the result
   * @param width of the result
   */
  public static Resize bilinear(INDArray maps, long height, long width) {
    return of(maps, height, width, Resize::bilinear);
  }

  /**
   * Nearest neighbour, PyTorch's {@code interpolate(mode='nearest')}.
   *
   * @param maps {@code [batch, channels, height, width]}
   * @param height of the result
   * @param width of the result
   */
  public static Resize nearest(INDArray maps, long height, long width) {
    return of(maps, height, width, Resize::nearest);
  }

  /**
   * Means over windows {@code floor(i h / out) .. ceil((i + 1) h / out)}, PyTorch's {@code
   * adaptive_avg_pool2d}.
   *
   * @param maps {@code [batch, channels, height, width]}
   * @param height of the result
   * @param width of the result
   */
  public static Resize averagePool(INDArray maps, long height, long width) {
    return of(maps, height, width, Resize::average);
  }

  /** Which row or column of a map a place of the result is. */
  public interface Source {
    /**
     * Finds it.
     *
     * @param place in the result
     * @param side of the map
     */
    int of(int place, int side);
  }

  /**
   * Every row and column of the result is one of the map's.
   *
   * @param maps {@code [batch, channels, height, width]}
   * @param more rows and columns than the map has
   * @param source which one
   */
  public static Resize selecting(INDArray maps, int more, Source source) {
    return of(
        maps,
        maps.size(2) + more,
        maps.size(3) + more,
        weights -> {
          for (int place = 0; place < weights.length; place++) {
            weights[place][source.of(place, weights[place].length)] = 1;
          }
        });
  }

  private static Resize of(INDArray maps, long height, long width, Weights kind) {
    INDArray rows = matrix(height, maps.size(2), kind).castTo(maps.dataType());
    INDArray columns = matrix(width, maps.size(3), kind).castTo(maps.dataType());
    return new Resize(rows, columns);
  }

  private static INDArray matrix(long out, long in, Weights kind) {
    double[][] weights = new double[Math.toIntExact(out)][Math.toIntExact(in)];
    kind.fill(weights);
    return Nd4j.createFromArray(weights);
  }

  private static void bilinear(double[][] weights) {
    int in = weights[0].length;
    double scale = in / (double) weights.length;
    for (int i = 0; i < weights.length; i++) {
      double position = Math.max(0, (i + 0.5) * scale - 0.5);
      int low = Math.min((int) position, in - 1);
      int high = Math.min(low + 1, in - 1);
      weights[i][low] += 1 - (position - low);
      weights[i][high] += position - low;
    }
  }

  private static void nearest(double[][] weights) {
    int in = weights[0].length;
    for (int i = 0; i < weights.length; i++) {
      weights[i][(int) ((long) i * in / weights.length)] = 1;
    }
  }

  private static void average(double[][] weights) {
    int in = weights[0].length;
    for (int i = 0; i < weights.length; i++) {
      int from = i * in / weights.length;
      int to = ((i + 1) * in + weights.length - 1) / weights.length;
      for (int j = from; j < to; j++) {
        weights[i][j] = 1.0 / (to - from);
      }
    }
  }

  /**
   * Resizes.
   *
   * @param maps {@code [batch, channels, height, width]}
   * @return a new array
   */
  public INDArray apply(INDArray maps) {
    return times(maps, rows, columns);
  }

  /**
   * Carries a gradient from the resized maps back to the maps.
   *
   * @param gradient with respect to the resized maps
   * @return a new array
   */
  public INDArray back(INDArray gradient) {
    return times(gradient, rows.transpose(), columns.transpose());
  }

  /** {@code left X right'} for every map, as two plain matrix products. */
  private static INDArray times(INDArray maps, INDArray left, INDArray right) {
    long planes = maps.size(0) * maps.size(1);
    long height = maps.size(2);
    long width = maps.size(3);
    INDArray wide = maps.dup('c').reshape('c', planes * height, width).mmul(right.transpose());
    INDArray tall =
        wide.dup('c')
            .reshape('c', planes, height, right.size(0))
            .permute(0, 2, 1)
            .dup('c')
            .reshape('c', planes * right.size(0), height)
            .mmul(left.transpose());
    return tall.dup('c')
        .reshape('c', planes, right.size(0), left.size(0))
        .permute(0, 2, 1)
        .dup('c')
        .reshape('c', maps.size(0), maps.size(1), left.size(0), right.size(0));
  }
}
