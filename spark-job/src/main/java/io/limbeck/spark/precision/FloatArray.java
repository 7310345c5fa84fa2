package io.limbeck.spark.precision;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * An array of floats that travels as bytes: Java's serialization turns floats into bytes one by
 * one, which takes a third of a round of a student with millions of parameters.
 */
public final class FloatArray implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int PIECE = 1 << 14;

  /** Of most machines; others turn the bytes around. */
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final FloatArray EMPTY = new FloatArray(new float[0]);

  private transient float[] values;

  private FloatArray(float[] values) {
    this.values = values;
  }

  /**
   * An array as it is, not copied.
   *
   * @param values which nobody changes from now on
   */
  public static FloatArray of(float[] values) {
    return values.length == 0 ? EMPTY : new FloatArray(values);
  }

  /** No floats. */
  public static FloatArray empty() {
    return EMPTY;
  }

  /** The floats, not copied. */
  public float[] values() {
    return values;
  }

  /** How many. */
  public int length() {
    return values.length;
  }

  /** Piece by piece, so that no second array of the whole size is made on the way. */
  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeInt(values.length);
    ByteBuffer piece = ByteBuffer.allocate(Math.min(values.length, PIECE) * Float.BYTES);
    FloatBuffer floats = piece.order(ORDER).asFloatBuffer();
    for (int from = 0; from < values.length; from += PIECE) {
      int length = Math.min(PIECE, values.length - from);
      floats.clear().put(values, from, length);
      out.write(piece.array(), 0, length * Float.BYTES);
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    values = new float[in.readInt()];
    ByteBuffer piece = ByteBuffer.allocate(Math.min(values.length, PIECE) * Float.BYTES);
    FloatBuffer floats = piece.order(ORDER).asFloatBuffer();
    for (int from = 0; from < values.length; from += PIECE) {
      int length = Math.min(PIECE, values.length - from);
      in.readFully(piece.array(), 0, length * Float.BYTES);
      floats.clear().get(values, from, length);
    }
  }
}
