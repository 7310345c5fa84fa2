package io.limbeck.dl4j.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;

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

  /** The processor. */
  public static engine cpu() {
    return Cpu.ENGINE;
  }

  /** A queue of work; on a CPU it is done by the thread that asks for it, at once. */
  public static stream stream() {
    return new stream(Cpu.ENGINE);
  }

  /** Floats of a shape in a layout. */
  public static memory.desc floats(memory.format_tag layout, long... shape) {
    return new memory.desc(shape, memory.data_type.f32, layout);
  }
}
