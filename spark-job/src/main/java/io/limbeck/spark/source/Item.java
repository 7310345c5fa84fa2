package io.limbeck.spark.source;

import java.io.Serializable;
import java.util.Comparator;

/**
 * One example as it was read, or what is wrong with it. A problem travels as a value, not as an
 * exception, so that a user's mistake never shows as a failed Spark task.
 *
 * @param place where it stood, which decides its number
 * @param pixels unsigned bytes, or null
 * @param numbers numbers, or null
 * @param shape of the values
 * @param label its class, where it has one
 * @param map the class of each pixel; null where it has one class
 * @param problem null when all is well
 */
public record Item(
    Place place, byte[] pixels, float[] numbers, int[] shape, int label, byte[] map, String problem)
    implements Serializable {

  /**
   * Where an example stood.
   *
   * @param file its file, or {@link #FRAME}
   * @param block first byte of the part of the file that was read together, or the frame's
   *     partition
   * @param position in that part
   */
  public record Place(String file, long block, long position)
      implements Serializable, Comparable<Place> {
    /** The "file" of rows that a program hands over. */
    public static final String FRAME = "the data frame";

    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::file)
            .thenComparingLong(Place::block)
            .thenComparingLong(Place::position);

    /** What messages call it; the rows of a data frame have no order that its user knows. */
    public String name() {
      return file.equals(FRAME)
          ? "A row of the data frame"
          : "Example %d of %s".formatted(position, file);
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  static Item ofPixels(Place place, byte[] pixels, int[] shape, int label) {
    return new Item(place, pixels, null, shape, label, null, null);
  }

  static Item ofNumbers(Place place, float[] numbers, int[] shape, int label) {
    return new Item(place, null, numbers, shape, label, null, null);
  }

  /** The same with a class of each pixel. */
  Item labelled(byte[] classes) {
    return new Item(place, pixels, numbers, shape, 0, classes, problem);
  }

  static Item ofProblem(Place place, String problem) {
    return new Item(place, null, null, null, 0, null, problem);
  }
}
