package io.limbeck.spark.data;

import io.limbeck.spark.source.Item;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/** The raw values of examples, one after the other. */
sealed interface RawValues extends Serializable {
  /**
   * Those of examples, which are all of one kind.
   *
   * @param items in this order
   * @param length values of each
   */
  static RawValues of(List<Item> items, int length) {
    boolean bytes = !items.isEmpty() && items.get(0).pixels() != null;
    if (bytes) {
      byte[] pixels = new byte[items.size() * length];
      for (int i = 0; i < items.size(); i++) {
        System.arraycopy(items.get(i).pixels(), 0, pixels, i * length, length);
      }
      return new Pixels(pixels);
    }
    float[] numbers = new float[items.size() * length];
    for (int i = 0; i < items.size(); i++) {
      System.arraycopy(items.get(i).numbers(), 0, numbers, i * length, length);
    }
    return new Numbers(numbers);
  }

  /**
   * Copies one plane of an example to a mini-batch.
   *
   * @param from where the plane begins
   * @param view where each of its pixels comes from, -1 for a zero; null for the plane as it is
   * @param length of the plane
   * @param buffer whose next example it is part of
   * @param at of the example's values
   */
  void copy(int from, int[] view, int length, BatchBuffer buffer, int at);

  /** Between which numbers they lie. */
  ValueRange range();

  /** A number that depends on so many values. */
  long checksum(int from, int length);

  /** Unsigned bytes, as images have them. */
  record Pixels(byte[] values) implements RawValues {
    @Override
    public void copy(int from, int[] view, int length, BatchBuffer buffer, int at) {
      byte[] to = buffer.pixels();
      int start = buffer.offset() + at;
      if (view == null) {
        System.arraycopy(values, from, to, start, length);
        return;
      }
      for (int i = 0; i < length; i++) {
        int source = view[i];
        to[start + i] = source < 0 ? 0 : values[from + source];
      }
    }

    @Override
    public ValueRange range() {
      return ValueRange.BYTES;
    }

    @Override
    public long checksum(int from, int length) {
      CRC32C crc = new CRC32C();
      crc.update(values, from, length);
      return crc.getValue();
    }
  }

  /** Any numbers. */
  record Numbers(float[] values) implements RawValues {
    @Override
    public void copy(int from, int[] view, int length, BatchBuffer buffer, int at) {
      float[] to = buffer.numbers();
      int start = buffer.offset() + at;
      if (view == null) {
        System.arraycopy(values, from, to, start, length);
        return;
      }
      for (int i = 0; i < length; i++) {
        int source = view[i];
        to[start + i] = source < 0 ? 0 : values[from + source];
      }
    }

    @Override
    public ValueRange range() {
      return ValueRange.of(values);
    }

    @Override
    public long checksum(int from, int length) {
      ByteBuffer floats = ByteBuffer.allocate(Float.BYTES * length);
      floats.asFloatBuffer().put(values, from, length);
      CRC32C crc = new CRC32C();
      crc.update(floats.array());
      return crc.getValue();
    }
  }
}
