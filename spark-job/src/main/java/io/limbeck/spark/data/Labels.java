package io.limbeck.spark.data;

import io.limbeck.spark.source.Item;
import java.io.Serializable;
import java.util.List;

/** The labels of a block's examples. */
sealed interface Labels extends Serializable {
  /** The class of a pixel that has none. */
  int NONE = 255;

  /** How many examples. */
  int examples();

  /**
   * A number that changes with an example's label.
   *
   * @param example of the block
   */
  long checksum(int example);

  /**
   * Writes an example's label, one-hot.
   *
   * @param example of the block
   * @param view where each pixel comes from; null where all are where they were
   * @param oneHot of all examples of a mini-batch
   * @param offset of this one
   * @param classes that there are
   */
  void write(int example, int[] view, float[] oneHot, int offset, int classes);

  /**
   * Those of some examples, all of one kind.
   *
   * @param items without problems
   */
  static Labels of(List<Item> items) {
    if (items.isEmpty() || items.get(0).map() == null) {
      return new OfExamples(items.stream().mapToInt(Item::label).toArray());
    }
    int pixels = items.get(0).map().length;
    byte[] all = new byte[Math.multiplyExact(pixels, items.size())];
    for (int i = 0; i < items.size(); i++) {
      System.arraycopy(items.get(i).map(), 0, all, i * pixels, pixels);
    }
    return new OfPixels(all, pixels);
  }

  /**
   * A class for each example.
   *
   * @param classes by example
   */
  record OfExamples(int... classes) implements Labels {
    @Override
    public int examples() {
      return classes.length;
    }

    @Override
    public long checksum(int example) {
      return classes[example];
    }

    @Override
    public void write(int example, int[] view, float[] oneHot, int offset, int all) {
      oneHot[offset + classes[example]] = 1;
    }
  }

  /**
   * A class for each pixel.
   *
   * @param classes of all examples' pixels, one map after the other; {@link #NONE} where there is
   *     none
   * @param pixels of an example
   */
  record OfPixels(byte[] classes, int pixels) implements Labels {
    @Override
    public int examples() {
      return classes.length / pixels;
    }

    @Override
    public long checksum(int example) {
      long sum = 0;
      for (int i = example * pixels; i < (example + 1) * pixels; i++) {
        sum = 31 * sum + classes[i];
      }
      return sum;
    }

    /** What a view takes from outside the image has no class. */
    @Override
    public void write(int example, int[] view, float[] oneHot, int offset, int all) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        int from = view == null ? pixel : view[pixel];
        int of = from < 0 ? NONE : Byte.toUnsignedInt(classes[example * pixels + from]);
        if (of != NONE) {
          oneHot[offset + of * pixels + pixel] = 1;
        }
      }
    }
  }
}
