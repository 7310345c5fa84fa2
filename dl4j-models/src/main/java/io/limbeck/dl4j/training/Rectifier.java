package io.limbeck.dl4j.training;

import io.limbeck.dl4j.onednn.OneDnn;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/** {@code max(0, x)}, whose way back can be told from what came out. */
final class Rectifier {
  private Rectifier() {}

  /** Behind another operation, in the same pass; or nothing. */
  static primitive_attr behind(boolean relu) {
    post_ops after = new post_ops();
    if (relu) {
      after.append_eltwise(1, dnnl.algorithm.eltwise_relu, 0, 0);
    }
    primitive_attr attributes = new primitive_attr();
    attributes.set_post_ops(after);
    return attributes;
  }

  /** By itself. */
  static void forward(Work work, Tensor input, Tensor output) {
    memory.desc flat = flat(output);
    work.call(
        new eltwise_forward(description(flat)),
        new Operands()
            .with(dnnl.DNNL_ARG_SRC, input.share().as(flat))
            .with(dnnl.DNNL_ARG_DST, output.share().as(flat)));
  }

  /**
   * Goes back.
   *
   * @param output what came out
   * @param gradient with respect to it; used up
   * @return the gradient with respect to what went in
   */
  static Share backward(Work work, Tensor output, Share gradient) {
    // oneDNN goes back through a long row three times as fast as through maps.
    memory.desc flat = flat(output);
    Share before = gradient.isSole() ? gradient : work.buffer(output.bytes());
    eltwise_backward.primitive_desc backward =
        new eltwise_backward.primitive_desc(
            new eltwise_backward.desc(
                dnnl.algorithm.eltwise_relu_use_dst_for_bwd, flat, flat, 0, 0),
            OneDnn.cpu(),
            description(flat));
    work.call(
        new eltwise_backward(backward),
        new Operands()
            .with(dnnl.DNNL_ARG_DST, output.share().as(flat))
            .with(dnnl.DNNL_ARG_DIFF_DST, gradient.as(flat))
            .with(dnnl.DNNL_ARG_DIFF_SRC, before.as(flat)));
    if (before != gradient) {
      gradient.release();
    }
    return before;
  }

  private static memory.desc flat(Tensor tensor) {
    return OneDnn.floats(format_tag.x, tensor.bytes() / Float.BYTES);
  }

  private static eltwise_forward.primitive_desc description(memory.desc flat) {
    return new eltwise_forward.primitive_desc(
        new eltwise_forward.desc(
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.eltwise_relu_use_dst_for_bwd,
            flat,
            0,
            0),
        OneDnn.cpu());
  }
}
