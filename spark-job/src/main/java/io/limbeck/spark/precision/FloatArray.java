package io.limbeck.spark.precision;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An array of floats that travels as bytes: Java's serialization turns floats into bytes one by
 * one, which takes a third of a round of a student with millions of parameters.
 */
public final class FloatArray implements Serializable {
  private static final long serialVersionUID = 1L;
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

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    out.writeBoolean(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
    out.writeObject(bytes);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    ByteOrder order = in.readBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    byte[] bytes = (byte[]) in.readObject();
    values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(order).asFloatBuffer().get(values);
  }
}
