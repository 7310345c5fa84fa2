package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.Buffers;
import io.limbeck.dl4j.onednn.Buffers.Buffer;
import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.memory;

/** Memory that several values may have at the same time, while none of them is written to. */
final class Share {
  private final Buffers from;
  private final Buffer buffer;
  private int owners = 1;

  Share(Buffers from, long bytes) {
    this.from = from;
    this.buffer = from.take(bytes);
  }

  /** Another value is the same. */
  Share also() {
    owners++;
    return this;
  }

  /** Whether writing into it changes one value only. */
  boolean isSole() {
    return owners == 1;
  }

  /** One of the values is not needed any more. */
  void release() {
    owners--;
    if (owners == 0) {
      from.giveBack(buffer);
    }
  }

  memory as(memory.desc layout) {
    return new memory(layout, OneDnn.cpu(), buffer.address());
  }
}
