package io.limbeck.dl4j.onednn;

import io.limbeck.core.math.Contiguous;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes numbers of unsigned bytes: {@code byte * factor + summand}, each rounded to a float, with a
 * factor and a summand for each channel. For one thread at a time.
 */
public final class ByteScaling {
  /** Of oneDNN's scales: one for each index of the second dimension. */
  private static final int BY_CHANNEL = 1 << 1;

  private final stream queue = OneDnn.stream();
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final BytePointer bytes;
  private final FloatPointer summands;
  private final memory source;
  private final memory target;
  private final reorder conversion;
  private final binary addition;

  /**
   * Of so many examples.
   *
   * @param examples how many
   * @param plane values of one channel of an example
   * @param factors of each channel
   * @param summands of each channel
   */
  public ByteScaling(long examples, long plane, float[] factors, float[] summands) {
    long channels = factors.length;
    long[] shape = {examples, channels, plane};
    this.bytes = new BytePointer(examples * channels * plane);
    this.summands = new FloatPointer(summands);
    this.source =
        new memory(
            new memory.desc(shape, memory.data_type.u8, format_tag.abc), OneDnn.cpu(), bytes);
    memory.desc floats = OneDnn.floats(format_tag.abc, shape);
    this.target = new memory(floats, OneDnn.cpu(), null);
    primitive_attr scales = new primitive_attr();
    scales.set_output_scales(channels == 1 ? 0 : BY_CHANNEL, factors);
    this.conversion = new reorder(source, target, scales);
    memory.desc byChannel = OneDnn.floats(format_tag.abc, 1, channels, 1);
    this.addition =
        new binary(
            new binary.primitive_desc(
                new binary.desc(dnnl.algorithm.binary_add, floats, byChannel, floats),
                OneDnn.cpu()));
    arguments.put(dnnl.DNNL_ARG_SRC_0, target);
    arguments.put(dnnl.DNNL_ARG_SRC_1, new memory(byChannel, OneDnn.cpu(), this.summands));
    arguments.put(dnnl.DNNL_ARG_DST, target);
  }

  /**
   * Writes all numbers.
   *
   * @param from the bytes, in C order; what is behind the last one is left alone
   * @param to {@code [examples, channels, …]}, in C order
   */
  public void run(byte[] from, INDArray to) {
    bytes.put(from, 0, (int) bytes.capacity());
    target.set_data_handle(Contiguous.address(to));
    conversion.execute(queue, source, target);
    addition.execute(queue, arguments);
  }
}
