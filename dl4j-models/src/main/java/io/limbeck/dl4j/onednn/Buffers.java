package io.limbeck.dl4j.onednn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory for the values between operations. A value takes what an earlier one has left, so a whole
 * network runs in what its widest place needs, much of it in the processor's caches.
 */
public final class Buffers {
  private final List<Buffer> all = new ArrayList<>();
  private final List<Buffer> free = new ArrayList<>();

  /** Memory of a size. */
  public record Buffer(memory values, long bytes) {
    /** Where it begins. */
    public Pointer address() {
      return values.get_data_handle();
    }
  }

  /** The smallest one that is large enough, or a new one. */
  public Buffer take(long bytes) {
    Buffer fitting =
        free.stream()
            .filter(each -> each.bytes() >= bytes)
            .min(Comparator.comparingLong(Buffer::bytes))
            .orElse(null);
    if (fitting != null) {
      free.remove(fitting);
      return fitting;
    }
    memory.desc flat = OneDnn.floats(memory.format_tag.x, (bytes + Float.BYTES - 1) / Float.BYTES);
    Buffer buffer = new Buffer(new memory(flat, OneDnn.cpu()), bytes);
    all.add(buffer);
    return buffer;
  }

  /** Nobody needs its value any more. */
  public void giveBack(Buffer buffer) {
    free.add(buffer);
  }

  /** Nobody needs any value any more. */
  public void takeBackAll() {
    free.clear();
    free.addAll(all);
  }
}
