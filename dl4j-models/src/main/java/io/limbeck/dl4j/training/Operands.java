package io.limbeck.dl4j.training;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;

/** What a primitive reads and writes, by oneDNN's numbers. */
final class Operands {
  private final IntMemoryMap all = new IntMemoryMap();

  Operands with(int argument, memory values) {
    all.put(argument, values);
    return this;
  }

  IntMemoryMap all() {
    return all;
  }
}
