package io.limbeck.spark.data;

import java.io.Serializable;

/**
 * Examples in the order of their classes, so that those of one class are a stretch, and those of
 * all others the rest.
 *
 * @param examples their numbers
 * @param starts where each class begins, and the end
 */
record ClassOrder(int[] examples, int[] starts) implements Serializable {

  /**
   * Orders examples.
   *
   * @param labels by number
   * @param examples the numbers
   * @param classes that there are
   */
  static ClassOrder of(int[] labels, int[] examples, int classes) {
    int[] starts = new int[classes + 1];
    for (int example : examples) {
      starts[labels[example] + 1]++;
    }
    for (int label = 0; label < classes; label++) {
      starts[label + 1] += starts[label];
    }
    int[] next = starts.clone();
    int[] ordered = new int[examples.length];
    for (int example : examples) {
      ordered[next[labels[example]]++] = example;
    }
    return new ClassOrder(ordered, starts);
  }

  /** Examples of a class. */
  int size(int label) {
    return starts[label + 1] - starts[label];
  }

  /** One of them. */
  int of(int label, int index) {
    return examples[starts[label] + index];
  }

  /** Examples of other classes. */
  int others(int label) {
    return examples.length - size(label);
  }

  /** One of those. */
  int other(int label, int index) {
    return examples[index < starts[label] ? index : index + size(label)];
  }
}
