package io.limbeck.dl4j.onednn;

import io.limbeck.core.math.Contiguous;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The way back through {@code max(0, x)} of as many values. For one thread at a time. */
public final class ReluGradient {
  private final stream queue = OneDnn.stream();
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final memory input;
  private final memory delta;
  private final memory gradient;
  private final eltwise_backward backward;

  /**
   * Of a number of values.
   *
   * @param length how many
   */
  public ReluGradient(long length) {
    memory.desc values = OneDnn.floats(format_tag.x, length);
    input = new memory(values, OneDnn.cpu(), null);
    delta = new memory(values, OneDnn.cpu(), null);
    gradient = new memory(values, OneDnn.cpu(), null);
    eltwise_forward.primitive_desc forward =
        new eltwise_forward.primitive_desc(
            new eltwise_forward.desc(
                dnnl.prop_kind.forward_training, dnnl.algorithm.eltwise_relu, values, 0, 0),
            OneDnn.cpu());
    backward =
        new eltwise_backward(
            new eltwise_backward.primitive_desc(
                new eltwise_backward.desc(dnnl.algorithm.eltwise_relu, values, values, 0, 0),
                OneDnn.cpu(),
                forward));
    arguments.put(dnnl.DNNL_ARG_SRC, input);
    arguments.put(dnnl.DNNL_ARG_DIFF_DST, delta);
    arguments.put(dnnl.DNNL_ARG_DIFF_SRC, gradient);
  }

  /**
   * Goes back.
   *
   * @param from what went in, in C order
   * @param ofOutput the gradient with respect to what came out, in C order
   * @param toInput written to; in C order
   */
  public void run(INDArray from, INDArray ofOutput, INDArray toInput) {
    input.set_data_handle(Contiguous.address(from));
    delta.set_data_handle(Contiguous.address(ofOutput));
    gradient.set_data_handle(Contiguous.address(toInput));
    backward.execute(queue, arguments);
  }
}
