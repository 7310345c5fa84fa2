package io.limbeck.dl4j.onednn;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;

/**
 * A thread's native memory for what primitives need only while they run. All primitives of a thread
 * share it, one after the other, so it takes what the largest needs and not what all need together.
 */
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final Map<Slot, BytePointer> buffers = new EnumMap<>(Slot.class);

  /** What may be needed at the same time. */
  enum Slot {
    INPUT,
    OUTPUT,
    WEIGHTS,
    GRADIENT
  }

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** A buffer of at least a size; the same as before as long as that is large enough. */
  BytePointer buffer(Slot slot, long bytes) {
    BytePointer buffer = buffers.get(slot);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = new BytePointer(bytes);
      buffers.put(slot, buffer);
    }
    return buffer;
  }
}
