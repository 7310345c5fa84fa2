package io.limbeck.dl4j.onednn;

import io.limbeck.core.math.Contiguous;
import io.limbeck.dl4j.onednn.Scratch.Slot;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An operand of a primitive: data in whatever layout the primitive is fastest with, and the way
 * between that and the C order of arrays. Where both are the same the primitive works on the array
 * itself and nothing is copied; otherwise on the thread's {@link Scratch}.
 */
final class Port {
  private final int argument;
  private final memory array;
  private final memory.desc wanted;
  private final Slot slot;
  private final boolean in;
  private final boolean plain;
  private Pointer buffer;
  private memory operand;
  private reorder transfer;

  private Port(int argument, memory.desc array, memory.desc wanted, Slot slot, boolean in) {
    this.argument = argument;
    this.array = new memory(array, OneDnn.cpu(), null);
    this.wanted = wanted;
    this.slot = slot;
    this.in = in;
    this.plain = array.equals(wanted);
  }

  /**
   * What a primitive reads.
   *
   * @param argument its number in oneDNN
   * @param array the array's layout
   * @param wanted the primitive's
   * @param slot of the scratch memory
   */
  static Port in(int argument, memory.desc array, memory.desc wanted, Slot slot) {
    return new Port(argument, array, wanted, slot, true);
  }

  /** What a primitive writes, otherwise the same. */
  static Port out(int argument, memory.desc array, memory.desc wanted, Slot slot) {
    return new Port(argument, array, wanted, slot, false);
  }

  /** Whether it brings data to a layout and place where another primitive wants them too. */
  boolean serves(memory.desc layout) {
    return wanted.equals(layout);
  }

  /** Names the array that the next run reads from or writes to, and brings it if it is read. */
  void bind(INDArray values, IntMemoryMap arguments, stream queue) {
    array.set_data_handle(Contiguous.address(values));
    if (plain) {
      arguments.put(argument, array);
      return;
    }
    place();
    arguments.put(argument, operand);
    if (in) {
      transfer.execute(queue, array, operand);
    }
  }

  /** Takes what another port of the same layout has brought just now. */
  void take(Port other, IntMemoryMap arguments) {
    arguments.put(argument, other.plain ? other.array : other.operand);
  }

  /** Brings what the primitive wrote to the array. */
  void store(stream queue) {
    if (!plain) {
      transfer.execute(queue, operand, array);
    }
  }

  /** Another thread, or a larger primitive, may have come since the last time. */
  private void place() {
    Pointer now = Scratch.ofThread().buffer(slot, wanted.get_size());
    if (!now.equals(buffer)) {
      buffer = now;
      operand = new memory(wanted, OneDnn.cpu(), now);
      transfer = in ? new reorder(array, operand) : new reorder(operand, array);
    }
  }
}
