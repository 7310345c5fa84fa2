package io.limbeck.spark.evaluation;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a classifier takes each example for, in the order of the partitions and in theirs.
 *
 * @param labels the examples' classes
 * @param classes the likeliest ones
 */
public record Predictions(int[] labels, int[] classes) implements Serializable {
  /** Of no example. */
  public static final Predictions NONE = new Predictions(new int[0], new int[0]);

  /** These and then others. */
  Predictions plus(Predictions others) {
    return others.labels.length == 0
        ? this
        : new Predictions(joined(labels, others.labels), joined(classes, others.classes));
  }

  private static int[] joined(int[] some, int[] others) {
    int[] all = Arrays.copyOf(some, some.length + others.length);
    System.arraycopy(others, 0, all, some.length, others.length);
    return all;
  }
}
