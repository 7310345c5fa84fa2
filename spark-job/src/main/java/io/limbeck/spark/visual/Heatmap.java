package io.limbeck.spark.visual;

import io.limbeck.core.math.Resize;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One plane of numbers between 0 and 1, whatever their scale was, so that maps of two networks can
 * be compared.
 *
 * @param height rows
 * @param width columns
 * @param values row after row
 */
record Heatmap(int height, int width, float[] values) {

  /**
   * Stretches a plane to 0 .. 1; a plane of one value becomes 0.
   *
   * @param plane {@code [height, width]}
   */
  static Heatmap of(INDArray plane) {
    float[] values = plane.dup('c').data().asFloat();
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float range = most > least ? most - least : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - least) / range;
    }
    return new Heatmap((int) plane.size(0), (int) plane.size(1), values);
  }

  /**
   * A plane of another size, interpolated.
   *
   * @param plane {@code [height, width]}
   * @param height of the result
   * @param width of the result
   */
  static INDArray resized(INDArray plane, int height, int width) {
    INDArray maps = plane.reshape(1, 1, plane.size(0), plane.size(1));
    return Resize.bilinear(maps, height, width).apply(maps).reshape(height, width);
  }

  /**
   * What this has more than another.
   *
   * @param other of the same size
   * @return from -1 to 1
   */
  Heatmap minus(Heatmap other) {
    float[] difference = values.clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= other.values[i];
    }
    return new Heatmap(height, width, difference);
  }

  float at(int row, int column) {
    return values[row * width + column];
  }
}
