package io.limbeck.dl4j.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The library itself: whether it is there, and the processor that it computes on. */
public final class OneDnn {
  private static final String UNAVAILABLE = load();

  private OneDnn() {}

  private static String load() {
    try {
      Loader.load(dnnl.class);
      return null;
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Whether this machine has a build of it on the class path. */
  public static boolean isAvailable() {
    return UNAVAILABLE == null;
  }

  /** Made when first asked for, so that nothing fails where there is no library. */
  private static final class Cpu {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
  }

  static engine cpu() {
    return Cpu.ENGINE;
  }

  /** A queue of work; on a CPU it is done by the thread that asks for it, at once. */
  static stream stream() {
    return new stream(Cpu.ENGINE);
  }

  /** Floats of a shape in a layout. */
  static memory.desc floats(memory.format_tag layout, long... shape) {
    return new memory.desc(shape, memory.data_type.f32, layout);
  }

  /** Where an array's first element is. */
  static Pointer address(INDArray array) {
    return array.data().addressPointer();
  }

  /** The array itself, or a copy, with its elements one after the other in C order. */
  public static INDArray dense(INDArray array) {
    return isDense(array) ? array : array.dup('c');
  }

  /**
   * Whether an array's elements lie one after the other in C order, whatever ND4J calls its order:
   * strides of dimensions with one element do not matter.
   */
  public static boolean isDense(INDArray array) {
    long expected = 1;
    for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
      long size = array.size(dimension);
      if (size != 1 && array.stride(dimension) != expected) {
        return false;
      }
      expected *= size;
    }
    return true;
  }
}
