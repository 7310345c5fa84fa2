package io.limbeck.dl4j.onednn;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code max(0, x)} of as many values, and its way back. For one thread at a time. */
public final class Relu {
  private final stream queue = OneDnn.stream();
  private final IntMemoryMap forwardArguments = new IntMemoryMap();
  private final IntMemoryMap backwardArguments = new IntMemoryMap();
  private final memory input;
  private final memory output;
  private final memory delta;
  private final memory gradient;
  private final eltwise_forward forward;
  private final eltwise_backward backward;

  /**
   * Of a number of values.
   *
   * @param length how many
   */
  public Relu(long length) {
    memory.desc values = OneDnn.floats(format_tag.x, length);
    input = new memory(values, OneDnn.cpu(), null);
    output = new memory(values, OneDnn.cpu(), null);
    delta = new memory(values, OneDnn.cpu(), null);
    gradient = new memory(values, OneDnn.cpu(), null);
    eltwise_forward.primitive_desc description =
        new eltwise_forward.primitive_desc(
            new eltwise_forward.desc(
                dnnl.prop_kind.forward_training, dnnl.algorithm.eltwise_relu, values, 0, 0),
            OneDnn.cpu());
    forward = new eltwise_forward(description);
    backward =
        new eltwise_backward(
            new eltwise_backward.primitive_desc(
                new eltwise_backward.desc(dnnl.algorithm.eltwise_relu, values, values, 0, 0),
                OneDnn.cpu(),
                description));
    forwardArguments.put(dnnl.DNNL_ARG_SRC, input);
    forwardArguments.put(dnnl.DNNL_ARG_DST, output);
    backwardArguments.put(dnnl.DNNL_ARG_SRC, input);
    backwardArguments.put(dnnl.DNNL_ARG_DIFF_DST, delta);
    backwardArguments.put(dnnl.DNNL_ARG_DIFF_SRC, gradient);
  }

  /**
   * Goes forward.
   *
   * @param from in C order
   * @param to written to; in C order
   */
  public void forward(INDArray from, INDArray to) {
    input.set_data_handle(Contiguous.address(from));
    output.set_data_handle(Contiguous.address(to));
    forward.execute(queue, forwardArguments);
  }

  /**
   * Goes back.
   *
   * @param from what went in, in C order
   * @param ofOutput the gradient with respect to what came out, in C order
   * @param toInput written to; in C order
   */
  public void backward(INDArray from, INDArray ofOutput, INDArray toInput) {
    input.set_data_handle(Contiguous.address(from));
    delta.set_data_handle(Contiguous.address(ofOutput));
    gradient.set_data_handle(Contiguous.address(toInput));
    backward.execute(queue, backwardArguments);
  }
}
