package io.limbeck.spark.data;

import java.io.Serializable;

/**
 * Between which numbers raw values lie.
 *
 * @param smallest of them
 * @param largest of them
 */
public record ValueRange(float smallest, float largest) implements Serializable {
  /** That of unsigned bytes. */
  static final ValueRange BYTES = new ValueRange(0, 255);

  /** That of no values at all. */
  static final ValueRange NONE = new ValueRange(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

  /**
   * That of some values.
   *
   * @param values any
   */
  static ValueRange of(float... values) {
    float smallest = NONE.smallest;
    float largest = NONE.largest;
    for (float value : values) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    return new ValueRange(smallest, largest);
  }

  /**
   * That of both together.
   *
   * @param other of other values
   */
  ValueRange and(ValueRange other) {
    return new ValueRange(Math.min(smallest, other.smallest), Math.max(largest, other.largest));
  }
}
