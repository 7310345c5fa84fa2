package io.limbeck.spark.evaluation;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One-hot labels as numbers of classes. */
final class OneHotLabels {
  /** The class of a pixel that has none. */
  static final int NONE = -1;

  private OneHotLabels() {}

  /**
   * The classes of examples, or of their pixels, row by row.
   *
   * @param labels {@code [batch, classes]} or {@code [batch, classes, height, width]}
   */
  static int[] of(INDArray labels) {
    int batch = Math.toIntExact(labels.size(0));
    int classes = Math.toIntExact(labels.size(1));
    int pixels = Math.toIntExact(labels.length() / batch / classes);
    float[] values = labels.dup('c').data().asFloat();
    int[] found = new int[batch * pixels];
    Arrays.fill(found, NONE);
    for (int at = 0; at < values.length; at++) {
      if (values[at] > 0) {
        int example = at / (classes * pixels);
        found[example * pixels + at % pixels] = at / pixels % classes;
      }
    }
    return found;
  }
}
