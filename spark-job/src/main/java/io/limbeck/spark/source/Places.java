package io.limbeck.spark.source;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * What number an example has by its place, however the files are split when they are read.
 *
 * @param offsets the number of the first example of each part of a file; empty where there is only
 *     one part
 * @param count all examples
 */
record Places(Map<Part, Long> offsets, long count) implements Serializable {

  /**
   * A part of a file that is read together.
   *
   * @param file its name
   * @param block its first byte
   */
  record Part(String file, long block) implements Serializable, Comparable<Part> {
    @Override
    public int compareTo(Part other) {
      int byFile = file.compareTo(other.file);
      return byFile == 0 ? Long.compare(block, other.block) : byFile;
    }
  }

  /** Of a source that is one part. */
  static Places ofOne(long count) {
    return new Places(Map.of(), count);
  }

  /**
   * Of a source of several parts.
   *
   * @param counts examples of each
   */
  static Places of(SortedMap<Part, Long> counts) {
    Map<Part, Long> offsets = new LinkedHashMap<>();
    long next = 0;
    for (Map.Entry<Part, Long> entry : counts.entrySet()) {
      offsets.put(entry.getKey(), next);
      next += entry.getValue();
    }
    return new Places(offsets, next);
  }

  /** The number of an example. */
  long number(Item.Place place) {
    return offsets.isEmpty()
        ? place.position()
        : offsets.get(new Part(place.file(), place.block())) + place.position();
  }
}
